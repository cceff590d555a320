"""The corpus: lines that ordinary life, carelessness and malice could put into the stream."""

import json
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import SCHEMA
from contract.record import INT32_MAX, INT32_MIN
from contract.validation import BRACKETS_MAX, LINE_BYTES_MAX

INSTANT = "2021-01-28T14:30:00.000Z"
ARRIVED_AT = 1611844200.123  # of all lines in the stream
LATEST = "2021-01-28T14:35:00.123Z"  # what a look may say that arrived then
BEGAN, BEFORE_REDDIT = "2005-06-23T00:00:00.000Z", "2005-06-22T23:59:59.999Z"
SLACK_END, BEYOND_SLACK = "2021-01-28T14:35:00.000Z", "2021-01-28T14:35:00.001Z"  # of INSTANT
CREATED_AND_OBSERVED = (
    (BEGAN, BEGAN), (BEFORE_REDDIT, BEGAN), ("0001-01-01T00:00:00.000Z", INSTANT),
    (SLACK_END, INSTANT), (BEYOND_SLACK, INSTANT), ("9999-12-31T23:59:59.999Z", INSTANT),
)  # fmt: skip
TOMBSTONES = ("deleted", "removed", "absent")
# what a tombstone may not say; by hand, so that a mistake in the contract is seen
OF_THE_LIVING = (
    "author", "author_id", "body", "edited_at", "permalink", "stickied", "author_flair",
    "is_submitter", "title", "url", "domain", "is_self", "flair", "over_18",
)  # fmt: skip
TEXTS = (
    "to the moon 🚀🚀", 'quote " backslash \\ slash / tab \t newline \n', "\u0000\u0001\u007f",
    "zażółć gęślą jaźń", "\u2028\u2029\u0085", "\u202egnirts\u202c", "x" * 40_000,
    "' OR 1=1 --", "null",
    '{"kind":"comment"}', "$[0]", "]}", '","peak_score":99,"x":"', "", " ", "\\u0041",
    "[link](http://x.y)" * 600, "9" * 400,
)  # fmt: skip
ODD_VALUES = (
    None, True, False, 0, -1, 9, 10, 11, 15.0, 1.5, "15", "", "x", [], {}, [1], {"a": 1}, [None],
    INT32_MAX, INT32_MAX + 1, INT32_MIN, INT32_MIN - 1, 2**63, 10**30, 1e300, -0.0, 1e-7,
    {"peak_score": 99}, {"kind": "comment"}, "live", "comment", "new", "open",
    "2020-02-29T00:00:00.000Z", "2021-02-29T00:00:00.000Z", "1900-02-29T00:00:00.000Z",
    "2000-02-29T23:59:59.999Z", "2021-04-31T00:00:00.000Z", "0000-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2021-01-28T24:00:00.000Z",
    "2021-01-28T14:30:60.000Z", "2021-01-28T14:30:00Z", "2021-01-28T14:30:00.000+00:00",
    "2021-01-28 14:30:00.000Z", "2021-01-28T14:30:00.000Z\n", "2021-13-01T00:00:00.000Z",
    "2005-06-22T23:59:59.999Z", "2005-06-23T00:00:00.000Z", "1970-01-01T00:00:00.000Z", LATEST,
    "2021-01-28T14:35:00.124Z", "2021-01-29T14:30:00.123Z", "2999-01-01T00:00:00.000Z",
    "2021-00-10T00:00:00.000Z", "2021-01-00T00:00:00.000Z", "٢٠٢١-01-28T14:30:00.000Z",
)  # fmt: skip
RAW_NUMBERS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"1e2", b"1E2", b"01", b"+1", b"1.",
    b".5", b"-", b"-0", b"0x10", b"1_000", b"1" * 300, b"1" * 308, b"1" * 309, b"0." + b"1" * 308,
    b"0." + b"1" * 309, b"1" * 5000, b"1" * 10_000, b"1" * 10_001, b"-" + b"1" * 308,
    b"1e" + b"9" * 300, b"2147483647", b"2147483648",
    b"-2147483648", b"-2147483649", b"2147483650", b"1999999999", b"99999999999", b"nul", b"TRUE",
    b"1.7976931348623157e308", b"1.7976931348623159e308", b"1e99999999999", b"-1e99999999999",
    b"'1'", b"1 ", b"\t1\r\n", b"undefined", b"1//x", b"/**/1",
)  # fmt: skip
BEYOND_A_DOUBLE = (b"1e400", b"-1e400", b"1e99999999999", b"1.7976931348623159e308")
MUTATIONS_PER_KIND = 350


def valid_record(kind, at=INSTANT):
    """Return a record with every field that its kind has, all its instants the same."""
    values = {"integer": 12, "number": 0.97, "string": "x", "boolean": False, "timestamp": at}
    record = {
        field.name: (field.enum or (values[field.type],))[0] for field in SCHEMA.of_kind(kind)
    }
    return {**record, "kind": kind, "id": f"t1_{kind}"}


def tombstone(record, state="deleted"):
    """Return the record of the same thing once it is gone."""
    return {name: value for name, value in record.items() if name not in OF_THE_LIVING} | {
        "state": state
    }


def corpus():
    """Return all lines; always the same."""
    return [*handmade(), *qualification(), *across_fields(), *mutated(), *generated()]


def encode(record, **options):
    return json.dumps(
        record, **{"ensure_ascii": False, "separators": (",", ":"), **options}
    ).encode("utf-8", "surrogatepass")


def with_raw(kind, name, raw):
    """Return a valid line but for the bytes of one value."""
    return encode(valid_record(kind) | {name: "@@"}).replace(b'"@@"', raw)


def _places():
    return [(kind, field) for kind in SCHEMA.kinds for field in SCHEMA.of_kind(kind)]


def handmade():
    """Return lines that each try one thing."""
    good = encode(valid_record("comment"))
    head, tail = good[:-1] + b',"score":', b"}"
    lines = [b"", b" ", b"{}", b"[]", b"null", b"1", b'"x"', b"[1,2]", b"{", b"}", b"garbage {"]
    lines += [with_raw(kind, f.name, b) for kind, f in _places() for b in BEYOND_A_DOUBLE]
    lines += [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", good[:-1] + b"\xff}", b"\xf4\x90\x80\x80"]
    lines += [b"\xef\xbb\xbf" + good, good + b"\xef\xbb\xbf", good.decode().encode("utf-16")]
    ends = [b" ", b"\n", b"\r\n\t ", b" x", b"}", b"]", b",", b"\x00", b"\x0b"]
    ends += [good, b"," + good, b",1", b"]," + good, b',"x":1', b"//", b"\xc2\xa0"]
    lines += [good + end for end in ends]
    lines += [
        start + good for start in (b" ", b"\r\n\t", b"\x0c", b"1,", b"[", b"3 ", b"null,", good)
    ]
    lines += [good.replace(b",", gap, 1) for gap in (b",\n", b"\n,", b", \r\n\t", b",\r", b",\t")]
    lines += [
        good[:-1] + b',"x":[\n' + good + b"\n]}",
        b"\n\r\n " + good + b" \n\n",
        b"1\n2",
        b"\n",
    ]
    lines += [good + b',{"kind":"' + b"0" * 32 + b'"}] ', good + b"],[" + good]
    lines += [good.replace(b'"', b"'"), good.replace(b",", b",,", 1), good[:-1] + b",}", good[:-1]]
    lines += [good.replace(b'"kind"', b'"\\u006bind"'), good.replace(b'"kind"', b'"Kind"')]
    lines += [
        good.replace(b'"x"', text) for text in (b'"\\x"', b'"\\u12"', b'"a\nb"', b'"\\ud800"')
    ]
    lines += [
        good.replace(b'"t1_comment"', text) for text in (b'"\\ud800"', b'"\\u0000"', b'"\\\\"')
    ]
    lines += [head + number + tail for number in RAW_NUMBERS]
    post = encode(valid_record("post"))
    lines += [post.replace(b"0.97", number) for number in RAW_NUMBERS]
    lines += [head + b'3,"score":4}', head + b'"x","score":4}', head + b'4,"score":"x"}']
    lines += [
        good[:-1] + b',"new_field":' + value + b"}" for value in (b"1", b"[[{}]]", b"NaN", b"x")
    ]
    return lines + deep(good) + large(good)


def deep(good):
    """Return lines whose nesting or size a parser could choke on."""
    depths = (10, BRACKETS_MAX - 2, BRACKETS_MAX - 1, BRACKETS_MAX, 5_000, 400_000)
    nests = [b"[" * depth + b"]" * depth for depth in depths]
    nests += [b'{"a":' * depth + b"1" + b"}" * depth for depth in (10, 499, 500, 100_000)]
    lines = [good[:-1] + b',"more":' + nest + b"}" for nest in nests]
    lines += [good.replace(b'"t1_comment"', nest) for nest in nests]
    lines += [
        b"[" * 1_000_000,
        b'{"a":' * 3_000,
        b'["' * 600,
        b'"' + b"[" * 900 + b'"',
        b"[{" * 501,
    ]
    return [*lines, good[:-1] + b',"more":"' + b"[{" * 900 + b'"}', b"1" * 1000000, b"\\" * 9000]


def large(good):
    """Return lines around Firehose's limit, and dead letters that would exceed it."""

    def padded(size, character=b"x"):
        missing = size - len(good) - len(b',"pad":""')
        return good[:-1] + b',"pad":"' + character * (missing // len(character)) + b'"}'

    sizes = (LINE_BYTES_MAX - 1, LINE_BYTES_MAX, LINE_BYTES_MAX + 1, 1_048_576)
    lines = [padded(size) for size in sizes] + [padded(LINE_BYTES_MAX, "🚀".encode())]
    lines += [padded(size).replace(b'"kind"', b'"kynd"') for size in sizes]
    lines += [shape(1_000_000) for shape in UNTERMINATED.values()]
    return [*lines, b"\x00" * 1000000, b"\xff" * 1000000, "é".encode() * 400000, b'"' * 900000]


# Lines that a careless pattern would read from each of their quotes to the end, by their size.
UNTERMINATED = {
    "escaped quotes": lambda size: b'{"kind":"comment","body":"' + b'\\"' * (size // 2),
    "escaped quotes and brackets": lambda size: b'{"x":"' + b'\\"[' * (size // 3),
    "quotes": lambda size: b'{"a":' + b'"' * size,
    "backslashes": lambda size: b'{"a":"' + b"\\" * size,
    "strings between brackets": lambda size: b'["' * (size // 2),
    "digits between brackets": lambda size: b"[9999" * (size // 5),
    "many numbers": lambda size: b"[" + b"1e400," * (size // 6),
    "long numbers": lambda size: b"[" + (b"9" * 9_999 + b",") * (size // 10_000),
    "long fractions": lambda size: b"[" + (b"0." + b"9" * 9_999 + b",") * (size // 10_001),
    "escapes": lambda size: b'{"a":"' + b"\\ud83d" * (size // 6),
    "blanks": lambda size: b" " * size,
    "line breaks": lambda size: b"\n" * size,
    "keys": lambda size: b"{" + b'"id":"x",' * (size // 9),
}


def across_fields():
    """Return lines whose fields are right one by one: rules across them, and the rules' edges."""
    lines = []
    for kind in ("comment", "post"):
        good = valid_record(kind)
        lines += [encode(good | {"state": state}) for state in TOMBSTONES]
        for state in TOMBSTONES:
            gone = tombstone(good, state)
            lines.append(encode(gone))
            lines += [encode(gone | {n: good[n]}) for n in OF_THE_LIVING if n in good]
            lines += [encode(gone | dict.fromkeys(OF_THE_LIVING)), encode(gone | {"body": ""})]
        lines += [encode(good | {"score_hidden": True, "score": score}) for score in (0, 1, None)]
        lines += [encode(good | {"score": score, "peak_score": 0}) for score in (-1, 0, 1, None)]
        lines.append(encode(good | {"score": -1, "peak_score": None}))
    for kind in SCHEMA.kinds:
        for time in (LATEST, "2021-01-28T14:35:00.124Z", "2005-06-23T00:00:00.000Z"):
            lines.append(encode(valid_record(kind) | {"observed_at": time}))
        lines.append(encode(valid_record(kind) | {"observed_at": "2005-06-22T23:59:59.999Z"}))
        for created, observed in CREATED_AND_OBSERVED:
            times = {"created_at": created, "observed_at": observed}
            lines.append(encode(valid_record(kind) | times))
        lines += [encode(valid_record(kind) | {"schema_version": n}) for n in (-1, 0, 1, 2, 99)]
    gap, before = valid_record("gap"), "2021-01-28T14:29:59.999Z"
    lines += [encode(gap | {"to_at": before}), encode(gap | {"from_at": before})]
    lines += [encode(gap | {"from_at": early}) for early in (BEGAN, BEFORE_REDDIT)]
    return lines + [encode(gap | {"to_at": late}) for late in (SLACK_END, BEYOND_SLACK)]


def qualification():
    """Return observations around the threshold, of all states; some break a rule."""
    scores = (None, -5, 0, 1, 9, 10, 11, INT32_MAX)
    lines = []
    for score in scores:
        for peak in scores:
            for state in ("live", "deleted", "removed", "absent"):
                record = valid_record("comment")
                record = record if state == "live" else tombstone(record, state)
                record |= {"score": score, "peak_score": peak, "score_hidden": score is None}
                lines.append(encode(record))
                lines.append(encode(record | {"kind": "post", "title": None}))
        lines.append(encode(valid_record("comment") | {"score": score, "score_hidden": True}))
        lines.append(encode(valid_record("comment") | {"score": score, "title": {"score": 99}}))
    return lines + [encode(valid_record(kind)) for kind in SCHEMA.kinds]


def mutated():
    """Return ordinary records with one to three things changed."""
    chance = random.Random(20210128)  # noqa: S311 - the corpus is to be the same each time
    lines = []
    for kind in SCHEMA.kinds:
        for name in valid_record(kind):
            lines += [encode(valid_record(kind) | {name: value}) for value in (None, *TEXTS)]
            lines.append(encode({k: v for k, v in valid_record(kind).items() if k != name}))
        lines += [_mutation(kind, chance) for _ in range(MUTATIONS_PER_KIND)]
    return lines


def _mutation(kind, chance):
    record = valid_record(kind)
    names = [field.name for field in SCHEMA.fields] + ["unknown"]
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(names)
        if chance.random() < 0.2:
            record.pop(name, None)
        else:
            record[name] = chance.choice(ODD_VALUES + TEXTS)
    items = list(record.items())
    chance.shuffle(items)
    line = encode(dict(items), ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.1:  # a byte gone wrong
        place = chance.randrange(len(line))
        line = line[:place] + bytes([chance.randrange(256)]) + line[place + 1 :]
    return line


def generated():
    """Return what hypothesis finds worth trying, as records, as JSON and as bytes."""
    found = []
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    value = st.recursive(scalar, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
    names = st.sampled_from([field.name for field in SCHEMA.fields])
    changes = st.dictionaries(names, value | st.sampled_from(ODD_VALUES), max_size=4)

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(SCHEMA.kinds), changes, value, st.binary(), st.text())
    def collect(kind, change, any_value, data, text):
        found.extend((encode(valid_record(kind) | change), encode(any_value)))
        found.extend((data, text.encode("utf-8", "surrogatepass")))

    collect()
    return found
