"""CronFields: the six fields of AWS' cron expressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_YEARS = (1970, 2199)
_SEARCH_DAYS = 366 * 9  # a 29 February is at most eight years away


class CronError(ValueError):
    """A cron expression that AWS refuses, or that is not known here."""


@dataclass(frozen=True)
class CronFields:
    """Which minutes match; days of the week count from SUN = 1, as AWS has it."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> CronFields:
        """Read `minutes hours day-of-month month day-of-week year`; raises CronError."""
        parts = text.upper().split()
        if len(parts) != 6:  # noqa: PLR2004 - named in the sentence
            raise CronError(f"cron({text}) must have six fields, the year last.")
        if (parts[2] == "?") == (parts[4] == "?"):
            raise CronError(f"cron({text}) needs a ? for one of day-of-month and day-of-week.")
        return cls(
            minutes=_values(parts[0], 0, 59),
            hours=_values(parts[1], 0, 23),
            days=None if parts[2] == "?" else _values(parts[2], 1, 31),
            months=_values(parts[3], 1, 12, _MONTHS),
            weekdays=None if parts[4] == "?" else _values(parts[4], 1, 7, _DAYS),
            years=_values(parts[5], *_YEARS),
        )

    def next_at_or_after(self, moment: datetime) -> datetime | None:
        """Return the first matching minute; None when the coming years have none."""
        for offset in range(_SEARCH_DAYS):
            day = moment.replace(hour=0, minute=0) + timedelta(days=offset)
            if not self._matches(day):
                continue
            earliest = moment if offset == 0 else day
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    candidate = day.replace(hour=hour, minute=minute)
                    if candidate >= earliest:
                        return candidate
        return None

    def _matches(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return (
            day.year in self.years
            and day.month in self.months
            and (self.days is None or day.day in self.days)
            and (self.weekdays is None or weekday in self.weekdays)
        )


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> frozenset[int]:
    return frozenset(
        value for item in field.split(",") for value in _item(item, low, high, names or [])
    )


def _item(item: str, low: int, high: int, names: list[str]) -> range:
    span, _, step = item.partition("/")
    if span == "*":
        first, last = low, high
    else:
        start, dash, end = span.partition("-")
        first = _number(start, low, high, names)
        last = _number(end, low, high, names) if dash else (high if step else first)
    if first > last:
        raise CronError(f"{item!r} runs backwards.")
    return range(first, last + 1, _number(step, 1, high, []) if step else 1)


def _number(text: str, low: int, high: int, names: list[str]) -> int:
    if text in names:
        return names.index(text) + 1
    if not text.isdecimal() or not low <= int(text) <= high:
        raise CronError(f"{text!r} is no number from {low} to {high} (L, W and # are not known).")
    return int(text)
