"""Births: rows in the order of their birth, and which of them have just reached an age."""

import numpy as np

from producer.looks.table import Slots, Table

FIRST_PLACES = 1024
GROWTH = 1.25
AT_ONCE = 4096


class Births:
    """Slots in order of birth, give or take what the listings are out of order.

    `ages` are in seconds, ascending. Each row reaches each age once; behind the last one it is
    gone from here.
    """

    def __init__(self, table: Table, ages: tuple[float, ...]) -> None:
        self._table = table
        self._ages = ages
        self._slots: Slots = np.empty(FIRST_PLACES, np.int32)
        self._end = 0
        self._next = [0] * len(ages)  # by age: the first row that has not reached it

    def __len__(self) -> int:
        return self._end - self._next[-1]

    def append(self, slots: Slots) -> None:
        """Add rows, the youngest last."""
        end = self._end + len(slots)
        if end > len(self._slots):
            self._make_room(len(slots))
            end = self._end + len(slots)
        self._slots[self._end : end] = slots
        self._end = end

    def due_at(self, which: int) -> float:
        """Return when the next row reaches that age."""
        first = self._next[which]
        if first == self._end:
            return float("inf")
        return float(self._table.created_at[self._slots[first]]) + self._ages[which]

    def reached(self, which: int, now: float) -> Slots:
        """Return rows, a few thousand at most, that reached that age since the last call."""
        first = self._next[which]
        if self.due_at(which) > now:
            return self._slots[:0]
        slots = self._slots[first : min(self._end, first + AT_ONCE)]
        young = self._table.created_at[slots] + self._ages[which] > now
        count = int(young.argmax()) if young.any() else len(slots)
        self._next[which] += count
        return slots[:count].copy()

    def _make_room(self, more: int) -> None:
        first = min(self._next)
        waiting = self._slots[first : self._end]
        size = max(FIRST_PLACES, int((len(waiting) + more) * GROWTH))
        slots = np.empty(size, np.int32)
        slots[: len(waiting)] = waiting
        self._slots = slots
        self._end = len(waiting)
        self._next = [place - first for place in self._next]
