"""Journal: what a simulated Reddit was asked, and what it showed of each thing first."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from producer.reddit.purpose import Purpose
from sandbox.simulate.trajectories import Floats, Ints

PURPOSES = tuple(Purpose)
_NUMBERS = {purpose: number for number, purpose in enumerate(PURPOSES)}
SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True)
class Requests:
    """Every request: when it was sent, in order, and for what (a place in PURPOSES)."""

    at: Floats
    purpose: NDArray[np.int8]

    def most_in_a_minute(self) -> int:
        """Return the most that were sent in any 60 seconds."""
        if not len(self.at):
            return 0
        ends = self.at.searchsorted(self.at + SECONDS_PER_MINUTE, side="left")
        return int((ends - np.arange(len(self.at))).max())

    def mean_per_minute(self, since: float, until: float) -> dict[Purpose, float]:
        """Return the requests per minute for each purpose."""
        first, last = self.at.searchsorted((since, until))
        counts = np.bincount(self.purpose[first:last], minlength=len(PURPOSES))
        minutes = (until - since) / SECONDS_PER_MINUTE
        return {one: count / minutes for one, count in zip(PURPOSES, counts.tolist(), strict=True)}


class Gap(NamedTuple):
    """A hole that the producer flagged, in seconds since 1970.

    Once `repaired` it flags nothing: all that is still missing in it is a loss that nobody tells.
    """

    listing: str
    from_at: float
    to_at: float
    repaired: bool = False


class Journal:
    """Keeps what is needed to judge a run. Times are when answers arrive, inf for never."""

    def __init__(self, things: int, least_score: int) -> None:
        self.shown_at: Floats = np.full(things, np.inf)
        self.high_at: Floats = np.full(things, np.inf)
        self.looks: NDArray[np.int32] = np.zeros(things, np.int32)
        self.gaps: dict[str, Gap] = {}
        self._least = least_score
        self._sent_at: list[float] = []
        self._purposes: list[int] = []

    def sent(self, purpose: Purpose, now: float) -> None:
        """Note a request."""
        self._sent_at.append(now)
        self._purposes.append(_NUMBERS[purpose])

    def shown(self, things: Ints, scores: NDArray[np.int32], now: float) -> None:
        """Note what an answer showed."""
        self.looks[things] += 1
        self.shown_at[things] = np.minimum(self.shown_at[things], now)
        high = things[scores >= self._least]
        if len(high):
            self.high_at[high] = np.minimum(self.high_at[high], now)

    def flagged(self, name: str, gap: Gap) -> None:
        """Note a hole, or what is said of it now."""
        self.gaps[name] = gap

    def requests(self) -> Requests:
        """Return all requests so far."""
        return Requests(np.array(self._sent_at), np.array(self._purposes, np.int8))
