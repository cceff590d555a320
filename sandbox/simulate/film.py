"""Film: all that will happen to the things of a world, and what they look like just now."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sandbox.simulate.fates import LIVE
from sandbox.simulate.trajectories import Floats, Ints

_MILLISECONDS = 1000
_STRETCH = 4096  # events looked at together
UNKNOWN = np.int32(-(2**31))  # a score that is hidden


@dataclass(frozen=True)
class Events:
    """Values that things take from a moment on, in order of time; milliseconds of the world."""

    at: NDArray[np.uint32]
    thing: NDArray[np.int32]
    value: NDArray[np.int32]

    @classmethod
    def of(cls, seconds: Floats, thing: Ints, value: Ints) -> Self:
        """Take events in the order they come; `seconds` count from the world's start."""
        milliseconds = np.ceil(seconds * _MILLISECONDS).astype(np.uint32)
        return cls(milliseconds, thing.astype(np.int32), value.astype(np.int32))

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return all of them in order of time; of one moment, in the order they were given."""
        at = np.concatenate([part.at for part in parts])
        # one sort of one column, which is far quicker than sorting by it
        turn_bits = max(1, len(at).bit_length())
        keys = (at.astype(np.int64) << turn_bits) | np.arange(len(at))
        keys.sort()
        order = keys & ((1 << turn_bits) - 1)
        thing = np.concatenate([part.thing for part in parts])[order]
        value = np.concatenate([part.value for part in parts])[order]
        return cls((keys >> turn_bits).astype(np.uint32), thing, value)


class Column:
    """One property of all things at the moment to which it was played."""

    def __init__(self, values: NDArray[np.int32], events: Events) -> None:
        self.values = values
        self._events = events
        self._played = 0

    def play(self, milliseconds: int) -> None:
        """Go on to that moment, which must not lie before the last one."""
        events, first = self._events, self._played
        while True:
            stretch = events.at[first : first + _STRETCH]
            count = int(stretch.searchsorted(milliseconds, side="right"))
            if count:
                # of two values for one thing the later one stays
                self.values[events.thing[first : first + count]] = events.value[
                    first : first + count
                ]
            first += count
            if count < _STRETCH:
                break
        self._played = first


class Film:
    """Scores (UNKNOWN while hidden), states (indexes of STATES) and edits, at one moment.

    `edited` is the age in seconds of a thing at its edit, -1 while it was never edited.
    """

    def __init__(
        self, firsts: NDArray[np.int32], scores: Events, states: Events, edits: Events
    ) -> None:
        self._scores = Column(firsts, scores)
        self._states = Column(np.full(len(firsts), LIVE, np.int32), states)
        self._edits = Column(np.full(len(firsts), -1, np.int32), edits)
        self.scores = self._scores.values
        self.states = self._states.values
        self.edited = self._edits.values

    def play(self, seconds: float) -> None:
        """Go on to a moment, in seconds from the world's start."""
        milliseconds = int(seconds * _MILLISECONDS)
        self._scores.play(milliseconds)
        self._states.play(milliseconds)
        self._edits.play(milliseconds)
