"""Governor: how fast the sandbox's clock may run, given how far the pipeline lags behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Never quite zero: what lags may itself be waiting on the clock (a quota, a back-off).
SLOWEST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Limit:
    """A lag, in clock seconds: full speed up to `calm`, the slowest from `alarm` on."""

    calm: float
    alarm: float

    def share(self, lag_seconds: float) -> float:
        """Return the share of full speed that this lag allows."""
        over = (lag_seconds - self.calm) / (self.alarm - self.calm)
        return min(1.0, max(SLOWEST_SHARE, 1.0 - over))


# What runs on the wall (Flink polls once a second, a Lambda takes its time) is granted the clock
# time that passes meanwhile at 150 times the wall's speed; the producer is not.
LIMITS: Mapping[str, Limit] = {
    "producer": Limit(calm=45, alarm=120),
    "stream": Limit(calm=900, alarm=1800),
    "lake": Limit(calm=600, alarm=1500),
}


def allowed_speed(maximum: float, lags_seconds: Mapping[str, float]) -> float:
    """Return the speed that the worst of these lags allows; lags by the names in LIMITS."""
    shares = [LIMITS[name].share(lag) for name, lag in lags_seconds.items()]
    return maximum * min(shares, default=1.0)
