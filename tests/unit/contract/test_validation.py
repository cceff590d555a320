"""Every way in which a record can be wrong has its documented reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import SCHEMA, problem_of, problem_of_line
from contract.validation import BRACKETS_MAX, LINE_BYTES_MAX
from tests.support.hostile_lines import valid_record

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
