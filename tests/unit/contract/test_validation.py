"""Every way in which a record can be wrong has its documented reason."""

import dataclasses
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import SCHEMA, decode_line, problem_of, problem_of_line
from contract.validation import BRACKETS_MAX, LINE_BYTES_MAX
from tests.support.hostile_lines import (
    ARRIVED_AT,
    BEFORE_REDDIT,
    BEGAN,
    BEYOND_A_DOUBLE,
    BEYOND_SLACK,
    LATEST,
    OF_THE_LIVING,
    SLACK_END,
    TOMBSTONES,
    UNTERMINATED,
    encode,
    tombstone,
    valid_record,
    with_raw,
)

THINGS = [kind for kind in SCHEMA.kinds if kind != "gap"]
KIND_AND_FIELD = [(kind, field) for kind in SCHEMA.kinds for field in SCHEMA.of_kind(kind)]
places = st.sampled_from(KIND_AND_FIELD)
WRONG_TYPES = {
    "integer": st.one_of(
        st.text(),
        st.booleans(),
        st.floats(),
        st.lists(st.integers()),
        st.integers(2**31, 2**70),
        st.integers(-(2**70), -(2**31) - 1),
    ),
    "number": st.one_of(
        st.text(), st.booleans(), st.sampled_from([float("inf"), float("nan")]), st.just({})
    ),
    "boolean": st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.booleans())),
    "string": st.one_of(st.integers(), st.booleans(), st.floats(), st.lists(st.text())),
    "timestamp": st.one_of(st.integers(), st.booleans(), st.floats(), st.just([])),
}


def line_of(record):
    return json.dumps(record, ensure_ascii=False).encode()


@pytest.mark.parametrize("kind", SCHEMA.kinds)
def test_a_record_with_all_its_fields_is_valid(kind):
    assert problem_of(valid_record(kind)) is None
    assert problem_of_line(line_of(valid_record(kind))) is None


@given(st.sampled_from(SCHEMA.kinds), st.data())
def test_what_is_not_required_may_be_absent_and_what_is_nullable_null(kind, data):
    """Any choice of optional fields and nulls is valid."""
    record = valid_record(kind)
    for field in SCHEMA.of_kind(kind):
        if not field.required and data.draw(st.booleans()):
            del record[field.name]
        elif field.nullable and data.draw(st.booleans()):
            record[field.name] = None
    if kind != "gap" and record["peak_score"] is None:
        record["score"] = None  # the peak would include it
    assert problem_of(record) is None


@given(
    st.sampled_from(SCHEMA.kinds),
    st.dictionaries(st.text().map("x_{}".format), st.none() | st.text() | st.lists(st.integers())),
)
def test_unknown_fields_are_ignored(kind, unknown):
    """A newer writer's fields do not stop an older reader."""
    assert problem_of(valid_record(kind) | unknown) is None


@given(st.sampled_from([(k, f) for k, f in KIND_AND_FIELD if f.required]))
def test_a_required_field_that_lacks_is_missing(place):
    kind, field = place
    record = valid_record(kind)
    del record[field.name]
    assert problem_of(record) == f"missing:{field.name}"


@given(st.sampled_from([(k, f) for k, f in KIND_AND_FIELD if not f.nullable]))
def test_null_where_a_value_must_be_is_a_bad_type(place):
    kind, field = place
    assert problem_of(valid_record(kind) | {field.name: None}) == f"bad_type:{field.name}"


@given(places, st.data())
def test_a_value_of_another_type_is_a_bad_type(place, data):
    """`bad_type:<field>`: no text for a number, no true for 1, no integer beyond 32 bits."""
    kind, field = place
    wrong = data.draw(WRONG_TYPES[field.type])
    assert problem_of(valid_record(kind) | {field.name: wrong}) == f"bad_type:{field.name}"


@given(
    st.sampled_from([(k, f) for k, f in KIND_AND_FIELD if f.enum or f.type == "timestamp"]),
    st.text(),
)
def test_another_word_than_the_enumeration_s_or_another_form_of_time_is_a_bad_value(place, text):
    kind, field = place
    wrong = f"{text}?"
    assert problem_of(valid_record(kind) | {field.name: wrong}) == f"bad_value:{field.name}"


def test_an_empty_id_is_a_bad_value():
    """Nothing can be known of a thing without a name."""
    assert problem_of(valid_record("comment") | {"id": ""}) == "bad_value:id"


def test_the_kind_is_judged_before_all_else():
    """What a record must have follows from its kind."""
    assert problem_of({}) == "missing:kind"
    assert problem_of({"kind": "message"}) == "bad_value:kind"
    assert problem_of({"kind": "gap"}) == "missing:schema_version"


@given(st.none() | st.text() | st.integers() | st.lists(st.integers()) | st.booleans())
def test_what_is_no_object_is_not_a_record(value):
    assert problem_of(value) == "not_json_object"
    assert problem_of_line(line_of(value)) == "not_json_object"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not_json_object"),
        (b"{", "not_json_object"),
        (b'{"kind": NaN}', "not_json_object"),
        (b'{"kind": -Infinity}', "not_json_object"),
        (b'{"kind": "gap"} {}', "not_json_object"),
        (b'\xff{"kind": "gap"}', "not_utf8"),
        (b"[" * (BRACKETS_MAX + 1), "too_complex"),
        (b'{"a":' * (BRACKETS_MAX + 1), "too_complex"),
        (b'{"score": ' + b"9" * 20_000 + b"}", "too_complex"),
        (b" " * (LINE_BYTES_MAX + 1), "oversize"),
    ],
)
def test_a_line_that_holds_no_record_says_why(line, reason):
    assert problem_of_line(line) == reason


def test_brackets_and_digits_inside_a_text_are_text():
    """A comment may hold any number of them."""
    for body in ("[" * 5000, "9" * 20_000, '\\"[{' * 5000):
        assert problem_of_line(line_of(valid_record("comment") | {"body": body})) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_the_judge_fail(line):
    assert problem_of_line(line) is None or isinstance(problem_of_line(line), str)


@pytest.mark.parametrize("raw", BEYOND_A_DOUBLE)
@pytest.mark.parametrize(("kind", "field"), KIND_AND_FIELD)
def test_a_number_that_no_double_holds_is_a_bad_type(kind, field, raw):
    """Wherever it stands: it is neither a number, nor the text that some parsers make of it."""
    assert problem_of_line(with_raw(kind, field.name, raw)) == f"bad_type:{field.name}"


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize("state", TOMBSTONES)
def test_a_tombstone_says_nothing_of_what_was_there(kind, state):
    """Neither a text nor a flag of it; null and absent are both nothing."""
    good = valid_record(kind)
    gone = tombstone(good, state)
    assert problem_of(gone) is None
    assert problem_of(gone | dict.fromkeys(OF_THE_LIVING)) is None
    carried = [field.name for field in SCHEMA.of_kind(kind) if field.name in OF_THE_LIVING]
    assert len(carried) > 7
    for name in carried:
        assert problem_of(gone | {name: good[name]}) == f"bad_value:{name}"
        assert problem_of(good | {"state": state}) == f"bad_value:{carried[0]}"


def test_all_that_is_personal_is_forbidden_in_a_tombstone():
    """The two lists are written down apart, so that neither can lose a field unseen."""
    assert SCHEMA.personal_names() <= set(OF_THE_LIVING)
    assert {"author", "author_id", "body", "permalink", "title", "url"} <= SCHEMA.personal_names()


@pytest.mark.parametrize("kind", THINGS)
def test_a_hidden_score_has_no_value(kind):
    hidden = valid_record(kind) | {"score_hidden": True}
    assert problem_of(hidden | {"score": None}) is None
    for score in (-1, 0, 1, 12):
        assert problem_of(hidden | {"score": score}) == "bad_value:score"


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize(
    ("score", "peak", "valid"),
    [
        (5, 5, True),
        (5, 6, True),
        (None, 6, True),
        (None, None, True),
        (-3, -3, True),
        (5, 4, False),
        (5, None, False),
        (0, -1, False),
    ],
)
def test_the_peak_includes_this_look(kind, score, peak, valid):
    record = valid_record(kind) | {"score": score, "peak_score": peak}
    assert problem_of(record) == (None if valid else "bad_value:peak_score")


def test_a_gap_does_not_end_before_it_begins():
    gap = valid_record("gap")
    assert problem_of(gap | {"to_at": gap["from_at"]}) is None
    assert problem_of(gap | {"to_at": "2021-01-28T14:29:59.999Z"}) == "bad_value:to_at"


@pytest.mark.parametrize("kind", SCHEMA.kinds)
def test_no_look_is_older_than_reddit_or_later_than_its_arrival(kind):
    """Five minutes are allowed for clocks that differ; without an arrival nothing is later."""
    record = valid_record(kind) | {"created_at": BEGAN}
    if kind == "gap":
        record |= {"from_at": BEGAN, "to_at": BEGAN}
    refused = "bad_value:observed_at"
    for observed_at, problem in {
        "2005-06-23T00:00:00.000Z": None,
        "2005-06-22T23:59:59.999Z": refused,
        LATEST: None,
        "2021-01-28T14:35:00.124Z": refused,
        "9999-12-31T23:59:59.999Z": refused,
    }.items():
        judged = record | {"observed_at": observed_at}
        assert problem_of(judged, arrived_at=ARRIVED_AT) == problem, observed_at
        assert problem_of_line(line_of(judged), arrived_at=ARRIVED_AT) == problem, observed_at
    assert problem_of(record | {"observed_at": "9999-12-31T23:59:59.999Z"}) is None


@pytest.mark.parametrize("kind", SCHEMA.kinds)
def test_nothing_is_created_before_reddit_or_after_it_was_seen(kind):
    """Whatever arrives when; five minutes are allowed for clocks that differ."""
    record = valid_record(kind)
    for created_at, problem in {
        BEGAN: None,
        BEFORE_REDDIT: "bad_value:created_at",
        "0001-01-01T00:00:00.000Z": "bad_value:created_at",
        SLACK_END: None,
        BEYOND_SLACK: "bad_value:created_at",
        "9999-12-31T23:59:59.999Z": "bad_value:created_at",
    }.items():
        assert problem_of(record | {"created_at": created_at}) == problem, created_at


def test_a_gap_lies_between_reddit_s_first_day_and_when_it_was_seen():
    """Else its hours would be without number."""
    gap = valid_record("gap")
    assert problem_of(gap | {"from_at": BEGAN, "to_at": SLACK_END}) is None
    assert problem_of(gap | {"from_at": BEFORE_REDDIT}) == "bad_value:from_at"
    assert problem_of(gap | {"to_at": BEYOND_SLACK}) == "bad_value:to_at"
    forever = {"from_at": "0001-01-01T00:00:00.000Z", "to_at": "9999-12-31T23:59:59.999Z"}
    assert problem_of(gap | forever) == "bad_value:from_at"


def test_half_a_character_is_a_bad_value():
    """JSON can spell half a surrogate pair; no table and no reader can hold it."""
    for name in ("id", "body", "author", "parent_id"):
        record = valid_record("comment") | {name: "a\ud83d"}
        assert problem_of(record) == f"bad_value:{name}"
        assert problem_of_line(json.dumps(record).encode()) == f"bad_value:{name}"
    whole = json.dumps(valid_record("comment") | {"body": "\U0001f680"}).encode()
    assert b"\\ud83d" in whole
    assert problem_of_line(whole) is None


def test_a_field_is_required_of_those_who_knew_it():
    """An older writer's record stays valid when a required field is added."""
    field = dataclasses.replace(SCHEMA.fields[3], name="mood", since=2)
    newer = dataclasses.replace(SCHEMA, version=2, fields=(*SCHEMA.fields, field))
    old = valid_record("comment")
    line = {version: line_of(old | {"schema_version": version}) for version in (1, 2, 3)}
    assert decode_line(line[1], newer).problem is None
    assert decode_line(line[2], newer).problem == "missing:mood"
    assert decode_line(line[3], newer).problem == "missing:mood"
    wrong = line_of(old | {"schema_version": 1, "mood": 3})
    assert decode_line(wrong, newer).problem == "bad_type:mood"
    assert problem_of(old | {"schema_version": 0}) == "bad_value:schema_version"


def seconds_to_judge(line):
    """Return the CPU seconds of the best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        problem_of_line(line)
        best = min(best, time.process_time() - started)
    return best


@pytest.mark.parametrize("shape", UNTERMINATED)
@pytest.mark.parametrize("size", [50_000, 1_000_000])
def test_the_worst_line_takes_little_longer_than_an_ordinary_one_of_its_length(shape, size):
    """Time is in proportion to bytes; what is not shows at the smaller size already."""
    ordinary = encode(valid_record("comment") | {"body": "x" * size})
    assert seconds_to_judge(UNTERMINATED[shape](size)) < 20 * seconds_to_judge(ordinary)


def test_unterminated_lines_have_their_reason():
    """Brackets in a string that does not end are text: it is no JSON, not too complex a one."""
    reasons = {shape: problem_of_line(UNTERMINATED[shape](50_000)) for shape in UNTERMINATED}
    assert reasons.pop("strings between brackets") == "too_complex"
    assert reasons.pop("digits between brackets") == "too_complex"
    assert set(reasons.values()) == {"not_json_object"}
