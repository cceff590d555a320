"""Progress: totals since the start, as every minute's log line shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from contract import format_instant
from producer import events

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from producer.producer import Producer
    from producer.reddit.budget import Budget

PROGRESS_SECONDS = 60.0


@dataclass(slots=True)
class Tally:
    """Counts since the start.

    `observations` is by cause (a gap counts as `gap`). `records_retried` counts entries sent
    again, `records_failed` those given up at a stop. `looks_skipped` counts fixed ages that a
    later look covered.
    """

    observations: Counter[str] = field(default_factory=Counter)
    records_sent: int = 0
    records_retried: int = 0
    records_failed: int = 0
    partial_failures: int = 0
    looks: int = 0
    looks_extra: int = 0
    looks_skipped: int = 0
    items_malformed: int = 0
    checkpoints: int = 0


class Reporter:
    """Logs `progress` every 60 clock seconds."""

    def __init__(self, producer: Producer, budget: Budget, tally: Tally, now: float) -> None:
        """Report for the first time a minute from now."""
        self._producer = producer
        self._budget = budget
        self._tally = tally
        self._next_at = now + PROGRESS_SECONDS

    def report_if_due(self, now: float, log: FilteringBoundLogger) -> None:
        """Log the line when its minute has come."""
        if now >= self._next_at:
            self._next_at = now + PROGRESS_SECONDS
            log.info(events.PROGRESS, **self.fields(now))

    def fields(self, now: float) -> dict[str, Any]:
        """Return the line's fields."""
        totals = asdict(self._tally)
        totals["observations"] = dict(self._tally.observations)
        return {
            "at": format_instant(now),
            "requests": self._budget.requests,
            "requests_left": self._budget.left(now),
            **totals,
            "lag_seconds": round(self._producer.lag_seconds(now), 1),
            "tracked": len(self._producer.tracker),
            "gaps_open": self._producer.gaps_open(),
        }
