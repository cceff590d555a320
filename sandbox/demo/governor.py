"""Governor: how fast the sandbox's clock may run, given how far the pipeline lags behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

GOVERN_EVERY_SECONDS = 0.1  # wall
# Never slower: a request takes a fraction of a clock second then, and what lags may itself be
# waiting on the clock (a quota, a back-off).
SLOWEST = 20.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A lag, in clock seconds: full speed up to `calm`, the slowest from `alarm` on."""

    calm: float
    alarm: float

    def allows(self, maximum: float, lag_seconds: float, look_seconds: float) -> float:
        """Return the speed at which this lag does not get to the alarm before the next look."""
        left = max(0.0, self.alarm - lag_seconds)
        share = min(1.0, left / (self.alarm - self.calm))
        return min(maximum * share, left / look_seconds)


# The producer has to come back within the minute for which a thing has to be visible. What runs
# on the wall (Flink polls once a second, a Lambda takes its time) is granted the clock time that
# passes meanwhile at 150 times the wall's speed.
LIMITS: Mapping[str, Limit] = {
    "producer": Limit(calm=35, alarm=50),
    "stream": Limit(calm=900, alarm=1800),
    "lake": Limit(calm=600, alarm=1500),
}


def allowed_speed(
    maximum: float, lags_seconds: Mapping[str, float], look_seconds: float = GOVERN_EVERY_SECONDS
) -> float:
    """Return the speed that the worst of these lags allows; lags by the names in LIMITS.

    `look_seconds` of the wall lie between one look at the lags and the next.
    """
    allowed = [
        LIMITS[name].allows(maximum, lag, look_seconds) for name, lag in lags_seconds.items()
    ]
    return max(min(allowed, default=maximum), min(SLOWEST, maximum))
