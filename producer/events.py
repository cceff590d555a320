"""Events: every line that the producer logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from telemetry import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from producer.totals import Gauges, Totals


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The last checkpoint is read; `tracked` ids are in it."""

    tracked: int


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """Comes every 60 clock seconds."""

    gauges: Gauges
    totals: Totals


@dataclass(frozen=True, slots=True)
class Stopped(Event):
    """The end of a clean stop."""

    gauges: Gauges
    totals: Totals


@dataclass(frozen=True, slots=True)
class GapFound(Event):
    """A hole in what was read of a listing."""

    level: ClassVar = "warning"
    listing: str
    from_at: str
    to_at: str


@dataclass(frozen=True, slots=True)
class ItemMalformed(Event):
    """An item that cannot become an observation, for want of this field."""

    level: ClassVar = "warning"
    field: str


@dataclass(frozen=True, slots=True)
class RedditUnavailable(Event):
    """Reddit did not give what was asked for; it is asked again after that long."""

    level: ClassVar = "warning"
    reason: str
    retry_seconds: float


@dataclass(frozen=True, slots=True)
class RedditRateLimited(Event):
    """A 429, and how long Reddit asks to wait (None: it says nothing)."""

    level: ClassVar = "warning"
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class RecordsPartlyFailed(Event):
    """A 200 from PutRecords that was no success for `failed` of its records."""

    level: ClassVar = "warning"
    failed: int
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class StreamUnavailable(Event):
    """Kinesis took nothing; `failures` of this batch in a row."""

    level: ClassVar = "warning"
    reason: str
    failures: int


@dataclass(frozen=True, slots=True)
class StateUnavailable(Event):
    """DynamoDB took nothing; `failures` of this transaction in a row."""

    level: ClassVar = "warning"
    reason: str
    failures: int


@dataclass(frozen=True, slots=True)
class NotDelivered(Event):
    """What was given up at the stop is read again after it."""

    level: ClassVar = "warning"
    reason: str
