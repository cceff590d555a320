"""Totals: the producer's metrics, each declared once; `progress` and `stopped` log them all."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Totals:
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


@dataclass(frozen=True, slots=True)
class Gauges:
    """Where the producer stands `at` a moment of its clock.

    `requests` counts since the start; `requests_left` may still go in this minute. `lag_seconds`
    is how late the most overdue poll or fixed-age look is, `tracked` how many ids are looked at
    again.
    """

    at: str
    requests: int
    requests_left: int
    lag_seconds: float
    tracked: int
    gaps_open: int
