"""Expression: when a schedule's `rate(…)`, `cron(…)` or `at(…)` is next due."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.aws.schedules.cron import CronError, CronFields

_FORM = re.compile(r"(rate|cron|at)\((.*)\)")
_RATE = re.compile(r"([1-9]\d*) (minute|minutes|hour|hours|day|days)")
_UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class ExpressionError(ValueError):
    """An expression that EventBridge Scheduler refuses, or that is not known here."""


class Recurrence(Protocol):
    """The instants at which a schedule is due."""

    def next_after(self, at: float, since: float) -> float | None:
        """Return the first instant after `at`, for a schedule that began at `since`."""


class Rate:
    """Every so often, first one period after the schedule began."""

    def __init__(self, seconds: float) -> None:
        """Take the period."""
        self.seconds = seconds

    def next_after(self, at: float, since: float) -> float:
        """Return the first multiple of the period after `at`."""
        return since + (max(0.0, at - since) // self.seconds + 1) * self.seconds


class Cron:
    """At the minutes that a cron expression names, in a time zone."""

    def __init__(self, fields: CronFields, zone: ZoneInfo) -> None:
        """Take the fields and the zone they are read in."""
        self.fields = fields
        self.zone = zone

    def next_after(self, at: float, since: float) -> float | None:  # noqa: ARG002 - the protocol's
        """Return the next matching minute after `at`; None when there is none any more."""
        local = datetime.fromtimestamp(at, self.zone).replace(tzinfo=None, second=0, microsecond=0)
        found = self.fields.next_at_or_after(local + timedelta(minutes=1))
        return found.replace(tzinfo=self.zone).timestamp() if found else None


class Once:
    """At one instant."""

    def __init__(self, at: float) -> None:
        """Take the instant."""
        self.at = at

    def next_after(self, at: float, since: float) -> float | None:  # noqa: ARG002 - the protocol's
        """Return the instant while it has not passed."""
        return self.at if self.at > at else None


def parse(expression: str, time_zone: str = "UTC") -> Recurrence:
    """Read an expression; raises ExpressionError with one sentence."""
    form = _FORM.fullmatch(expression.strip())
    if form is None:
        raise ExpressionError(f"{expression!r} is none of rate(…), cron(…) and at(…).")
    kind, inside = form[1], form[2].strip()
    if kind == "rate":
        return _rate(inside)
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ExpressionError(f"There is no time zone {time_zone!r}.") from error
    if kind == "at":
        return _once(inside, zone)
    try:
        return Cron(CronFields.parse(inside), zone)
    except CronError as error:
        raise ExpressionError(str(error)) from error


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None:
        raise ExpressionError(f"rate({text}) must be like rate(15 minutes).")
    return Rate(int(match[1]) * _UNIT_SECONDS[match[2].rstrip("s")])


def _once(text: str, zone: ZoneInfo) -> Once:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        raise ExpressionError(f"at({text}) must be like at(2021-01-28T09:30:00).") from error
    return Once(moment.replace(tzinfo=zone).astimezone(UTC).timestamp())
