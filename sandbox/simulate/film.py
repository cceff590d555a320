"""Film: all that will happen to the things of a world, and what they look like just now."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sandbox.simulate.fates import LIVE
from sandbox.simulate.trajectories import Floats, Ints

_MILLISECONDS = 1000
_STRETCH = 4096  # events looked at together
_NEVER = 2**32
UNKNOWN = np.int32(-(2**31))  # a score that is hidden
ROW = np.dtype(
    [
        ("created", np.float64),
        ("appears_at", np.float64),
        ("score", np.int32),
        ("state", np.int32),
        ("edited", np.int32),
        ("", np.int32),
    ]
)


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
        self._next_at = 0

    def play(self, milliseconds: int) -> None:
        """Go on to that moment, which must not lie before the last one."""
        if milliseconds < self._next_at:
            return
        events, first = self._events, self._played
        count = _STRETCH
        while count == _STRETCH:
            stretch = events.at[first : first + _STRETCH]
            count = int(stretch.searchsorted(milliseconds, side="right"))
            past = slice(first, first + count)
            # of two values for one thing the later one stays
            self.values[events.thing[past]] = events.value[past]
            first += count
        self._played = first
        self._next_at = int(events.at[first]) if first < len(events.at) else _NEVER


class Film:
    """What is to be seen of all things at one moment; `rows` has it side by side.

    `score` is UNKNOWN while hidden, `state` an index of STATES, `edited` the age in seconds at the
    edit, -1 while there was none. A row fits into one line of the processor's cache.
    """

    def __init__(
        self,
        born: tuple[Floats, Floats],
        firsts: NDArray[np.int32],
        scores: Events,
        states: Events,
        edits: Events,
    ) -> None:
        self.rows = np.empty(len(firsts), ROW)
        self.rows["created"], self.rows["appears_at"] = born
        self.rows["score"] = firsts
        self.rows["state"] = LIVE
        self.rows["edited"] = -1
        self.scores: NDArray[np.int32] = self.rows["score"]
        self.states: NDArray[np.int32] = self.rows["state"]
        self._columns = (
            Column(self.scores, scores),
            Column(self.states, states),
            Column(self.rows["edited"], edits),
        )

    def play(self, seconds: float) -> None:
        """Go on to a moment, in seconds from the world's start."""
        milliseconds = int(seconds * _MILLISECONDS)
        for column in self._columns:
            column.play(milliseconds)
