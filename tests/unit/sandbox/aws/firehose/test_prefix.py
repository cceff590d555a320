from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.firehose.prefix import PrefixError, check, render

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AT = datetime(2021, 1, 5, 7, 4, 9, tzinfo=UTC).timestamp()


@given(MOMENTS)
def test_a_timestamp_in_a_prefix_is_the_moment_in_utc(moment):
    """Year, month, day and hour come out as datetime has them."""
    prefix = "x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"
    expected = moment.strftime("x/dt=%Y-%m-%d/hour=%H/").replace("dt=%Y", f"dt={moment.year}")
    assert render(prefix, moment.timestamp()) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy/MM/dd/HH", "2021/01/05/07"),
        ("yyyy-MM-dd HH:mm:ss", "2021-01-05 07:04:09"),
    ],
)
def test_patterns_are_javas(pattern, expected):
    """Letters are fields, everything else is itself."""
    assert render(f"!{{timestamp:{pattern}}}", AT) == expected


@pytest.mark.parametrize("pattern", ["YYYY", "MMM", "Q", "yy", "'year'yyyy"])
def test_unknown_patterns_are_refused(pattern):
    """What Java would read otherwise than we do is an error, never a guess."""
    with pytest.raises(PrefixError):
        render(f"!{{timestamp:{pattern}}}", AT)


def test_a_prefix_without_expressions_gets_the_hour():
    """Firehose appends yyyy/MM/dd/HH/ in UTC."""
    assert render("landing/", AT) == "landing/2021/01/05/07/"


@pytest.mark.parametrize(
    ("prefix", "error_prefix"),
    [
        ("a/!{timestamp:yyyy}/", ""),
        ("a/!{firehose:error-output-type}/", "e/!{firehose:error-output-type}/"),
        ("a/", "e/!{timestamp:yyyy}/"),
        ("a/!{firehose:random-string}/", "e/!{firehose:error-output-type}/"),
        ("a/!{partitionKeyFromQuery:id}/", "e/!{firehose:error-output-type}/"),
        ("a/!{timestamp:yyyy/", "e/!{firehose:error-output-type}/"),
    ],
)
def test_what_firehose_refuses_is_refused(prefix, error_prefix):
    """Each pair breaks one rule of the documentation, or asks for what is not known here."""
    with pytest.raises(PrefixError):
        check(prefix, error_prefix)
