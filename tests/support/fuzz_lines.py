"""Fuzz: any number of lines of which no two are alike, most of them hostile; by a seed."""

import random

from contract import SCHEMA
from contract.validation import BRACKETS_MAX
from tests.support.hostile_lines import (
    BEYOND_A_DOUBLE,
    LATEST,
    ODD_VALUES,
    RAW_NUMBERS,
    TEXTS,
    TOMBSTONES,
    UNTERMINATED,
    encode,
    tombstone,
    valid_record,
    with_raw,
)

LARGE_EVERY = 2_500
LARGE_BYTES = (700_000, 1_000_000, 1_040_000)  # Kinesis takes up to 1 MiB
CLOCKS = (
    LATEST, "2021-01-28T14:35:00.124Z", "2999-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z",
    "2005-06-23T00:00:00.000Z", "2010-01-01T12:00:00.001Z", "9999-12-31T23:59:59.999Z",
)  # fmt: skip


def fuzz_lines(count, seed=0):
    """Yield the lines; every so many-th is about a megabyte."""
    chance = random.Random(seed)  # noqa: S311 - a test is to be repeatable
    shapes = (_changed, _changed, _changed, _bytes_wrong, _bytes_wrong, _noise, _not_utf8)
    shapes += (_raw_value, _nested, _unterminated, _twice, _clock, _valid, _valid)
    for number in range(count):
        if number % LARGE_EVERY == LARGE_EVERY - 1:
            yield _large(number, chance)
        else:
            yield chance.choice(shapes)(number, chance)


def own(number, kind="comment"):
    """Return a valid record with an id of its own."""
    return valid_record(kind) | {"id": f"t1_f{number}", "schema_version": 1}


def _valid(number, chance):
    record = own(number, chance.choice(SCHEMA.kinds))
    if record["kind"] != "gap" and chance.random() < 0.2:
        return encode(tombstone(record, chance.choice(TOMBSTONES)))
    score = chance.choice((-3, 0, 9, 10, 11, 400))
    scores = {"score": score, "peak_score": score} if record["kind"] != "gap" else {}
    body = {"body": chance.choice(TEXTS)} if scores else {}
    return encode(record | scores | body, ensure_ascii=chance.random() < 0.3)


def _changed(number, chance):
    record = own(number, chance.choice(SCHEMA.kinds))
    for _ in range(chance.randint(1, 3)):
        name = chance.choice([field.name for field in SCHEMA.fields])
        if chance.random() < 0.3:
            record.pop(name, None)
        else:
            record[name] = chance.choice(ODD_VALUES + TEXTS)
    return encode(record)


def _bytes_wrong(number, chance):
    line = bytearray(_valid(number, chance))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(line) or 1)
        match chance.randrange(4):
            case 0:
                line[place : place + 1] = chance.randbytes(1)
            case 1:
                line[place:place] = chance.choice(
                    (b"\x00", b'"', b"\\", b"[", b"}", b"\n", b"\xff")
                )
            case 2:
                del line[place : place + chance.randint(1, 30)]
            case _:
                del line[place + 1 :]
    return bytes(line)


def _noise(_, chance):
    return chance.randbytes(chance.randint(0, 300))


def _not_utf8(number, chance):
    bad = chance.choice((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"))
    return encode(own(number) | {"body": "@@"}).replace(b"@@", b"a" + bad)


def _raw_value(_, chance):
    kind = chance.choice(SCHEMA.kinds)
    name = chance.choice([field.name for field in SCHEMA.of_kind(kind)])
    return with_raw(kind, name, chance.choice(RAW_NUMBERS + BEYOND_A_DOUBLE))


def _nested(number, chance):
    depth = chance.choice((1, 20, BRACKETS_MAX - 1, BRACKETS_MAX, 3_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    nest = opening * depth + b"1" + closing * chance.choice((depth, depth, depth - 1))
    return encode(own(number))[:-1] + b',"more":' + nest + b"}"


def _unterminated(_, chance):
    return chance.choice(list(UNTERMINATED.values()))(chance.randint(10, 3_000))


def _twice(number, chance):
    name = chance.choice([field.name for field in SCHEMA.of_kind("comment")])
    value = encode(chance.choice(ODD_VALUES))
    return encode(own(number))[:-1] + b',"' + name.encode() + b'":' + value + b"}"


def _clock(number, chance):
    name = chance.choice(("observed_at", "observed_at", "created_at", "edited_at"))
    return encode(own(number) | {name: chance.choice(CLOCKS)})


def _large(number, chance):
    size = chance.choice(LARGE_BYTES)
    if chance.random() < 0.5:
        return encode(own(number) | {"body": chance.choice("x[9🚀") * (size // 4)})
    return chance.choice(list(UNTERMINATED.values()))(size)
