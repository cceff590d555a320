"""Instants are written in one form, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import format_instant, parse_instant

YEAR_1 = -62_135_596_800
YEAR_10000 = 253_402_300_800


@given(st.integers(YEAR_1 * 1000, YEAR_10000 * 1000 - 1))
def test_every_millisecond_survives_the_round_trip(milliseconds):
    assert round(parse_instant(format_instant(milliseconds / 1000)) * 1000) == milliseconds


@given(st.floats(0, 4_102_444_800), st.floats(0, 4_102_444_800))
def test_text_order_is_time_order(one, other):
    earlier, later = sorted((one, other))
    assert format_instant(earlier) <= format_instant(later)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_611_844_200, "2021-01-28T14:30:00.000Z"),
        (1_611_844_200.0014, "2021-01-28T14:30:00.001Z"),
        (1_611_844_199.9996, "2021-01-28T14:30:00.000Z"),
    ],
)
def test_a_moment_has_one_spelling(seconds, text):
    """Milliseconds, always three digits, rounded, with the Z of UTC."""
    assert format_instant(seconds) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-01-28T14:30:00Z",
        "2021-01-28T14:30:00.000",
        "2021-01-28T14:30:00.000+00:00",
        "2021-01-28 14:30:00.000Z",
        "2021-02-30T14:30:00.000Z",
        "2021-01-28T24:00:00.000Z",
        "2021-01-28T14:30:60.000Z",
        "0000-01-28T14:30:00.000Z",
        "2021-01-28T14:30:00.000Z\n",
        "٢٠٢١-01-28T14:30:00.000Z",
        "1611844200",
    ],
)
def test_any_other_spelling_is_refused(text):
    """A time that the project never writes is not read either."""
    with pytest.raises(ValueError, match=r"instant|range|month|hour|second|year|day"):
        parse_instant(text)
