"""Latency: how long Reddit takes to answer."""

import asyncio

from clock import FileClock
from sandbox.reddit.chance import chance

_LEAST, _MOST = 0.5, 1.5  # of the mean
_OUTLIER_SHARE, _OUTLIER = 0.01, 5.0


class Latency:
    """Holds an answer back for a span of the clock, drawn around a mean; the seed decides.

    While the clock stands it holds nothing back, and never longer than as much time of the wall.
    """

    def __init__(self, clock: FileClock, mean_seconds: float, seed: int) -> None:
        self._clock = clock
        self._mean_seconds = mean_seconds
        self._seed = seed
        self._drawn = 0

    async def pass_by(self) -> None:
        """Wait as long as this answer takes."""
        seconds, speed = self.draw_seconds(), self._clock.speed()
        if speed > 0 and seconds > 0:
            await asyncio.sleep(min(seconds, seconds / speed))

    def draw_seconds(self) -> float:
        """Return how long the next answer takes: one of a hundred five times as long."""
        self._drawn += 1
        drawn = chance(self._seed, "latency", str(self._drawn))
        if drawn < _OUTLIER_SHARE:
            return self._mean_seconds * _OUTLIER
        return self._mean_seconds * (_LEAST + (_MOST - _LEAST) * drawn)
