"""Governor: how fast the sandbox's clock may run, given what the pipeline keeps up with."""

from collections.abc import Mapping
from dataclasses import dataclass

GOVERN_EVERY_SECONDS = 0.1  # wall
# Never slower: a request takes a fraction of a clock second then, and what lags may itself be
# waiting on the clock (a quota, a back-off).
SLOWEST = 20.0
# A quota that cannot be spent costs looks, not the run: it may take so many times as long.
LONGER_MOST = 3.0
# What the producer should ask of what it could: with more it finds little more (0.984 of the truth
# with nine tenths of the quota, 0.980 with four tenths, 0.87 with a quarter), and takes longer.
SPENT_SHARE = 0.6
# Of the way to the right speed (in its logarithm), in a clock minute. What was asked is known as
# a mean over five; faster than a third of the way in that time, the speed would swing.
GAIN_PER_MINUTE = 0.1


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


def spending_speed(speed: float, maximum: float, spent_share: float, minutes: float) -> float:
    """Return the next speed at which the quota is to be spent, `minutes` of the clock later.

    `spent_share`: what was asked of Reddit lately, of what could have been (1: all of it). The
    requests that a machine makes in a second of the wall are its own, so half the speed is twice
    the share, and the speed settles where the share is SPENT_SHARE.
    """
    change: float = (min(1.0, spent_share) / SPENT_SHARE) ** (GAIN_PER_MINUTE * minutes)
    return min(maximum, max(speed * change, SLOWEST, maximum / LONGER_MOST))
