"""Bounds: what of the lake a question is about, as conditions with parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from wsb_lake.errors import QueryError

Instant = datetime | date | str
_CONDITIONS = {
    "as_of": "landed_at <= $as_of",
    "since": "created_at >= $since",
    "until": "created_at < $until",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """`as_of`: what had landed by then; `since` ≤ created_at < `until`. None is no bound."""

    as_of: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(
        cls,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> "Bounds":
        """Return the bounds that a caller gave; raises QueryError."""
        given = (as_of, since, until)
        return cls(*(None if value is None else instant(value) for value in given))

    @property
    def parameters(self) -> Mapping[str, datetime]:
        """Return the given ones by their names."""
        given = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def condition(self) -> str:
        """Return the SQL condition on an observation, with the parameters' names in it."""
        return " AND ".join(_CONDITIONS[name] for name in self.parameters) or "true"

    @property
    def known(self) -> "Bounds":
        """Return only what says what had landed."""
        return Bounds(as_of=self.as_of)


def instant(value: Instant) -> datetime:
    """Return a time with a zone: ISO 8601, a datetime, or a day's beginning; UTC if unsaid."""
    wrong = QueryError(f"{value!r} is not a time like 2021-01-28T14:30:00Z")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise wrong from error
    if not isinstance(value, date) or str(value) == "NaT":  # pandas' missing time is a date too
        raise wrong
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
