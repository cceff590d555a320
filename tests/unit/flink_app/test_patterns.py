"""Patterns: what they match is what the contract takes (Python's `re` reads them as Java does)."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import SCHEMA, problem_of
from contract.validation import INT32_MAX, INT32_MIN
from flink_app.patterns import INSTANT, INTEGER, STRING, up_to, value_pattern
from tests.support.hostile_lines import ODD_VALUES, valid_record


def takes(pattern, text):
    return re.fullmatch(pattern, text) is not None


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_up_to_matches_the_numbers_up_to_its_limit(limit, number):
    limit += 10  # two digits at least
    assert takes(up_to(limit), str(number)) == (number <= limit)


@pytest.mark.parametrize("around", [0, INT32_MAX, INT32_MIN, 10**9, -(10**9), 2 * 10**9, 10**10])
def test_an_integer_is_of_32_bits(around):
    """Exactly the range of the tables' int columns."""
    for number in range(around - 20, around + 20):
        assert takes(INTEGER, str(number)) == (INT32_MIN <= number <= INT32_MAX)


@pytest.mark.parametrize("text", ["01", "+1", "1.0", "1e2", " 1", "", "-", "1_0"])
def test_an_integer_is_written_plainly(text):
    """Jackson writes no other form of a whole number; what is else is of another type."""
    assert not takes(INTEGER, text)


@given(st.text())
def test_a_string_is_matched_to_its_end(text):
    """Escapes included, in both ways of writing JSON."""
    assert takes(STRING, json.dumps(text))
    assert takes(STRING, json.dumps(text, ensure_ascii=False))


@given(st.dates())
def test_every_date_of_the_calendar_is_an_instant(date):
    """Years 1 to 9999, leap years included."""
    assert takes(INSTANT, f'"{date.isoformat()}T23:59:59.999Z"')


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_no_other_date_is_an_instant(year, month, day):
    text = f"{year:04d}-{month:02d}-{day:02d}T00:00:00.000Z"
    record = valid_record("comment") | {"created_at": text}
    assert takes(INSTANT, f'"{text}"') == (problem_of(record) is None)


@pytest.mark.parametrize("field", SCHEMA.fields, ids=lambda field: field.name)
def test_each_field_takes_what_the_contract_takes(field):
    if field.name == "kind":
        return
    for value in (value for value in ODD_VALUES if not isinstance(value, (list, dict))):
        record = valid_record(field.kinds[0]) | {field.name: value}
        text = json.dumps(value).replace("1e+300", "1.0E300").replace("1e-07", "1.0E-7")
        assert takes(value_pattern(field), text) == (problem_of(record) is None), (field, value)
