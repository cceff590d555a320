"""Stamps: the wall's time of each answer, none given twice."""

from collections import deque

HELD_BACK_SECONDS = 60.0
REMEMBERED = 10_000  # an hour and a half of answers


class Stamps:
    """Gives out whole milliseconds: with its id, the identity of an observation.

    While the wall is less than a minute behind the last stamp, stamps go on from that, so that
    what was seen later says so. After a longer step back they follow the wall: the filter takes
    no record from the future.
    """

    def __init__(self) -> None:
        self._last = 0
        self._given: deque[int] = deque(maxlen=REMEMBERED)
        self._known: set[int] = set()

    def next(self, wall: float) -> float:
        """Return the stamp of an answer that came when the wall showed `wall` seconds."""
        stamp = int(wall * 1000)
        if self._last - HELD_BACK_SECONDS * 1000 < stamp <= self._last:
            stamp = self._last + 1
        while stamp in self._known:
            stamp += 1
        if len(self._given) == REMEMBERED:
            self._known.discard(self._given[0])
        self._given.append(stamp)
        self._known.add(stamp)
        self._last = stamp
        return stamp / 1000
