"""Promises: what the producer says it reaches, and whether a run kept it."""

from typing import NamedTuple

from sandbox.simulate.profile import Profile
from sandbox.simulate.result import Result

WEEKDAY_BUSIEST_PER_MINUTE = 112  # measured in 2020; above it, a day counts as a peak
RECALL_24H = 0.995
RECALL_FINAL = 0.999
LAG_MINUTES, LAG_AT_PEAK_MINUTES = 5.0, 10.0


class Promises(NamedTuple):
    """At least these recalls, at most this median lag; nothing is missed without a gap."""

    recall_24h: float
    recall_final: float
    lag_p50_minutes: float

    def kept(self, result: Result) -> bool:
        """Tell whether a run kept them all; what could not be measured is no failure."""
        reached = result.recall
        return (
            (reached.recall_24h is None or reached.recall_24h >= self.recall_24h)
            and (reached.recall_final is None or reached.recall_final >= self.recall_final)
            and (reached.lag_p50_minutes is None or reached.lag_p50_minutes <= self.lag_p50_minutes)
            and result.missed_unflagged == 0
            and result.requests_per_minute_max <= result.quota
        )


def promises_for(profile: Profile) -> Promises:
    """Return what is promised at a day's rates."""
    busiest = profile.comments_per_minute * profile.busiest
    lag = LAG_MINUTES if busiest <= WEEKDAY_BUSIEST_PER_MINUTE else LAG_AT_PEAK_MINUTES
    return Promises(RECALL_24H, RECALL_FINAL, lag)
