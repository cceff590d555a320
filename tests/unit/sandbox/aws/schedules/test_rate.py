import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.schedules.rate import ExpressionError, next_due, period_seconds


@given(st.floats(0, 4e9, allow_nan=False), st.floats(0, 1e6), st.integers(1, 500))
def test_a_rate_is_due_within_one_period_and_on_its_grid(since, elapsed, minutes):
    """The first time one period after the beginning."""
    period = period_seconds(f"rate({minutes} minutes)")
    now = since + elapsed
    due = next_due(period, since, now)
    assert 0 <= due - now <= minutes * 60 * 1.000001
    periods = (due - since) / (minutes * 60)
    assert abs(periods - round(periods)) < 1e-6
    assert periods >= 1


def test_units_are_minutes_hours_and_days():
    """In the singular, too."""
    rates = ("rate(1 minute)", "rate(2 hours)", "rate(3 days)")
    assert [period_seconds(rate) for rate in rates] == [60, 7200, 259_200]


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "rate(0 minutes)",
        "rate(1.5 hours)",
        "cron(0 12 * * ? *)",
        "at(2021-01-28T09:30:00)",
    ],
)
def test_what_the_sandbox_does_not_run_is_refused(expression):
    """Never guessed; the sentence names what it does run."""
    with pytest.raises(ExpressionError, match=r"rate\(15 minutes\) only, not"):
        period_seconds(expression)
