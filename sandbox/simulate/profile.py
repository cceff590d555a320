"""Profile: how many comments a minute a day has, hour by hour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.reddit.generator.rates import RATE_BY_HOUR

_HOURS = len(RATE_BY_HOUR)
_SHARPEST = 8.0


@dataclass(frozen=True)
class Profile:
    """A day's mean rate and how much busier than that its busiest hour is."""

    comments_per_minute: float
    busiest: float

    def hourly(self) -> NDArray[np.float64]:
        """Return the comments per minute of each hour, UTC, the mean of which is the day's.

        It is the measured shape of a day, sharpened until its busiest hour is as busy as told.
        """
        shape = np.array(RATE_BY_HOUR)
        low, high = 0.0, _SHARPEST
        for _ in range(60):
            middle = (low + high) / 2
            sharpened = shape**middle
            if sharpened.max() / sharpened.mean() < self.busiest:
                low = middle
            else:
                high = middle
        sharpened = shape**low
        rates: NDArray[np.float64] = sharpened / sharpened.mean() * self.comments_per_minute
        return rates

    def of_minutes(self, first: int, count: int) -> NDArray[np.float64]:
        """Return the rate of `count` minutes from minute `first` after a midnight, UTC, on."""
        hours = np.arange(first, first + count) // 60 % _HOURS
        rates: NDArray[np.float64] = self.hourly()[hours]
        return rates


# Measured: a weekday of 2020, a weekend day of January 2021, and 2021-01-28: 1.16 million comments.
PROFILES = {
    "quiet": Profile(12.0, 1.8),
    "weekday": Profile(39.0, 2.05),
    "peak": Profile(805.6, 2.927),
}
