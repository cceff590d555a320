"""Freshness: how long it took from Kinesis' acknowledgement until a row could be queried."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sandbox.audit.ledgers import LakeLedger, StreamLedger

SECONDS_PER_MINUTE = 60.0
PROMISED_MINUTES = 25.0
# Flink's polls, checkpoints and a run of the lake job take wall time: so many seconds of it are so
# many times the speed on the clock. Faster than this they alone may use up the minutes promised.
JUDGED_SPEED_MOST = 60.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Minutes of the clock from acknowledged to queryable, over `observations`; None: of none."""

    observations: int
    p50_minutes: float | None
    p95_minutes: float | None

    @classmethod
    def of(cls, stream: StreamLedger, lake: LakeLedger, drained_from: float) -> Self:
        """Measure what was acknowledged so early that the drain, which hurries, had no part in it.

        Queryable is a row from its commit on, of which `landed_at` is the time just before. What
        is in the lake more than once counts when it came in first.
        """
        before = drained_from - PROMISED_MINUTES * SECONDS_PER_MINUTE
        waits = sorted(
            (landed_at - arrived_at) / SECONDS_PER_MINUTE
            for identity, landed_at in lake.landed_at.items()
            if (arrived_at := stream.arrived_at.get(identity)) is not None and arrived_at <= before
        )
        return cls(len(waits), _percentile(waits, 50), _percentile(waits, 95))

    def problem(self, speed: float) -> str | None:
        """Return what is wrong with it; nothing is said of a clock too fast to be judged."""
        if self.p95_minutes is None or speed > JUDGED_SPEED_MOST:
            return None
        if self.p95_minutes <= PROMISED_MINUTES:
            return None
        return (
            f"one in twenty observations took more than {self.p95_minutes:.1f} minutes from "
            f"acknowledged to queryable; {PROMISED_MINUTES:.0f} are promised"
        )


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the value that so many percent do not exceed; 1 decimal."""
    if not ordered:
        return None
    return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)
