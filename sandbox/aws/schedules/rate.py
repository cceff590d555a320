"""Rate: when a schedule's `rate(…)` is due; the sandbox knows no other kind of expression."""

import re

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")
_UNIT_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


class ExpressionError(ValueError):
    """An expression that EventBridge Scheduler refuses, or that the sandbox does not know."""


def period_seconds(expression: str) -> float:
    """Return the time from one run to the next; raises ExpressionError with one sentence."""
    rate = _RATE.fullmatch(expression.strip())
    if rate is None:
        raise ExpressionError(
            f"The sandbox runs schedules like rate(15 minutes) only, not {expression!r}."
        )
    return int(rate[1]) * _UNIT_SECONDS[rate[2]]


def next_due(period: float, since: float, after: float) -> float:
    """Return the first instant later than `after`, whole periods later than `since`."""
    return since + (max(0.0, after - since) // period + 1) * period
