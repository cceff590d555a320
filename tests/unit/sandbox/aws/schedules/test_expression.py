from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.schedules.expression import ExpressionError, parse

TIMES = st.floats(0, 4e9, allow_nan=False)


def at(text):
    """Return the seconds of an ISO instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def next_of(expression, after, zone="UTC"):
    """Return the next instant as ISO text, UTC."""
    found = parse(expression, zone).next_after(at(after), at(after))
    return None if found is None else datetime.fromtimestamp(found, UTC).isoformat()[:16]


@given(TIMES, st.floats(0, 1e6), st.integers(1, 500))
def test_a_rate_is_due_within_one_period_and_on_its_grid(since, elapsed, minutes):
    """The first time one period after the beginning."""
    recurrence = parse(f"rate({minutes} minutes)")
    now = since + elapsed
    due = recurrence.next_after(now, since)
    assert 0 <= due - now <= minutes * 60 * 1.000001
    periods = (due - since) / (minutes * 60)
    assert abs(periods - round(periods)) < 1e-6
    assert periods >= 1


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_cron_of_every_quarter_is_the_next_quarter(moment):
    """Strictly later, never more than 15 minutes away."""
    moment = moment.replace(tzinfo=UTC)
    due = parse("cron(0/15 * * * ? *)").next_after(moment.timestamp(), 0.0)
    found = datetime.fromtimestamp(due, UTC)
    assert found.minute % 15 == 0
    assert found.second == 0
    assert timedelta(0) < found - moment <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 12 * * ? *)", "2021-01-28T12:00:00", "2021-01-29T12:00"),
        ("cron(15 10 ? * MON-FRI *)", "2021-01-29T10:15:00", "2021-02-01T10:15"),
        ("cron(0 0 29 2 ? *)", "2021-01-01T00:00:00", "2024-02-29T00:00"),
        ("cron(0 8 1 JAN,JUL ? 2022)", "2021-01-01T00:00:00", "2022-01-01T08:00"),
        ("cron(0 8 1 1 ? 2020)", "2021-01-01T00:00:00", None),
        ("at(2021-01-28T09:30:00)", "2021-01-01T00:00:00", "2021-01-28T09:30"),
        ("at(2021-01-28T09:30:00)", "2021-02-01T00:00:00", None),
    ],
)
def test_expressions_mean_what_aws_means(expression, after, expected):
    """Sunday is 1, ? stands for the day that is not asked about."""
    assert next_of(expression, after) == expected


def test_a_time_zone_shifts_the_instant():
    """09:30 in New York is 14:30 UTC in winter, 13:30 in summer."""
    zone = "America/New_York"
    assert next_of("cron(30 9 * * ? *)", "2021-01-28T00:00:00", zone) == "2021-01-28T14:30"
    assert next_of("cron(30 9 * * ? *)", "2021-07-28T00:00:00", zone) == "2021-07-28T13:30"


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("every day", "UTC"),
        ("rate(0 minutes)", "UTC"),
        ("rate(1.5 hours)", "UTC"),
        ("cron(0 0 * * * *)", "UTC"),
        ("cron(0 0 * * ?)", "UTC"),
        ("cron(60 0 * * ? *)", "UTC"),
        ("cron(5-1 0 * * ? *)", "UTC"),
        ("cron(0 0 L * ? *)", "UTC"),
        ("cron(0 0 * * ? *)", "Mars/Olympus"),
        ("at(tomorrow)", "UTC"),
    ],
)
def test_what_is_not_understood_is_refused(expression, zone):
    """Never guessed."""
    with pytest.raises(ExpressionError):
        parse(expression, zone)
