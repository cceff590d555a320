"""FileClock: one clock for all processes of a machine, so that a day can be replayed in minutes.

The sandbox runs all its processes on one; `clock_from_environment` finds it by `WSB_CLOCK_FILE`.
"""

import math
import mmap
import os
import struct
import threading
import time
from pathlib import Path
from typing import Self

from clock.system import Clock, SystemClock

CLOCK_FILE_VARIABLE = "WSB_CLOCK_FILE"
_COUNTER = struct.Struct("<Q")
# clock seconds, the machine's monotonic seconds then, speed, most wall seconds, steady seconds
_VALUES = struct.Struct("<ddddd")
_FIRST, _VALUES_AT, _LAST = 0, _COUNTER.size, _COUNTER.size + _VALUES.size
_BYTES = _LAST + _COUNTER.size  # counter, values, counter again
_TICK_SECONDS = 0.02  # wall; speed may change while somebody waits


class FileClock:
    """A clock that many processes of one machine share through a small mapped file.

    Raises FileNotFoundError when there is no such file: `create` makes it.

    It shows `anchor + speed * (monotonic now - monotonic then)`: time.monotonic() is one clock
    for all processes since boot. Whoever sets it may bound how long it runs (`most_wall_seconds`)
    and set it again all the time: then it also stands while that process, or the machine, does.
    One process writes (`set`); readers need no lock, a counter written before and after, and read
    the other way round, tells them of a torn read.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:  # the map outlives the file object
            self._map = mmap.mmap(file.fileno(), _BYTES)

    @classmethod
    def create(cls, path: Path, now: float, speed: float = 0.0) -> Self:
        """Make the file and set the clock; speed 0 stands still."""
        path.write_bytes(bytes(_BYTES))
        clock = cls(path)
        clock._write(now, 0.0, speed, math.inf)
        return clock

    def set(self, now: float, speed: float, most_wall_seconds: float = math.inf) -> None:
        """Show `now` from this moment on, running `speed` times as fast as the wall.

        A moment ahead is gone through in no time; a moment before steps the clock back, and
        `monotonic` stays where it is.
        """
        shown, steady = self._shown()
        self._write(now, steady + max(0.0, now - shown), speed, most_wall_seconds)

    def step(self, seconds: float) -> None:
        """Show that much more, or less, as when somebody sets a machine's clock."""
        shown, steady = self._shown()
        _now, _monotonic, speed, most, _steady = self._read()
        self._write(shown + seconds, steady, speed, most)

    def _write(self, now: float, steady: float, speed: float, most_wall_seconds: float) -> None:
        values = (now, time.monotonic(), speed, most_wall_seconds, steady)
        counter = _COUNTER.unpack_from(self._map, _FIRST)[0] + 1
        _COUNTER.pack_into(self._map, _FIRST, counter)
        _VALUES.pack_into(self._map, _VALUES_AT, *values)
        _COUNTER.pack_into(self._map, _LAST, counter)

    def set_speed(self, speed: float, most_wall_seconds: float = math.inf) -> None:
        """Go on from the time shown now, at another speed."""
        shown, steady = self._shown()
        self._write(shown, steady, speed, most_wall_seconds)

    def speed(self) -> float:
        """Return clock seconds per wall second."""
        return self._read()[2]

    def now(self) -> float:
        """Return seconds since 1970, UTC."""
        return self._shown()[0]

    def monotonic(self) -> float:
        """Return clock seconds since the file was made; `step` does not change them."""
        return self._shown()[1]

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            speed = self.speed()
            pause = min(_TICK_SECONDS, left / speed) if speed > 0 else _TICK_SECONDS
            if stop is not None and stop.wait(pause):
                return True
            if stop is None:
                time.sleep(pause)
        return stop is not None and stop.is_set()

    def _shown(self) -> tuple[float, float]:
        now, monotonic, speed, most, steady = self._read()
        passed = speed * min(time.monotonic() - monotonic, most)
        return now + passed, steady + passed

    def _read(self) -> tuple[float, float, float, float, float]:
        while True:
            last = _COUNTER.unpack_from(self._map, _LAST)
            values = _VALUES.unpack_from(self._map, _VALUES_AT)
            if last == _COUNTER.unpack_from(self._map, _FIRST):
                return values


def clock_from_environment() -> Clock:
    """Return the shared clock that `WSB_CLOCK_FILE` names, else the wall clock.

    Raises ValueError with a sentence for a person.
    """
    path = os.environ.get(CLOCK_FILE_VARIABLE)
    try:
        return FileClock(Path(path)) if path else SystemClock()
    except (OSError, ValueError) as error:
        raise ValueError(f"{CLOCK_FILE_VARIABLE} is no clock file: {error}") from error
