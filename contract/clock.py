"""Clock: where every component takes the time from, so that a day can be replayed in minutes.

Production runs on `SystemClock`. The sandbox runs all its processes on one `FileClock`, which
`clock_from_environment` finds by `WSB_CLOCK_FILE`.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

CLOCK_FILE_VARIABLE = "WSB_CLOCK_FILE"
_COUNTER = struct.Struct("<Q")
_VALUES = struct.Struct("<ddd")  # clock seconds, monotonic seconds, speed
_STATE = struct.Struct("<QdddQ")  # counter, values, counter again
_TICK_SECONDS = 0.02  # wall; speed may change while somebody waits


class Clock(Protocol):
    """Tells the time and waits on it; seconds are the clock's own, not the wall's."""

    def now(self) -> float:
        """Return seconds since 1970, UTC."""

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        """Return seconds since 1970, UTC."""
        return datetime.now(UTC).timestamp()

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""
        if stop is not None:
            return stop.wait(max(0.0, seconds))
        time.sleep(max(0.0, seconds))
        return False


class FileClock:
    """A clock that many processes of one machine share through a small mapped file.

    It shows `anchor + speed * (monotonic now - monotonic then)`: time.monotonic() is one clock
    for all processes since boot. One process writes (`set`); readers need no lock, a counter
    written before and after tells them of a torn read.
    """

    def __init__(self, path: Path) -> None:
        """Map an existing clock file; raises FileNotFoundError when there is none."""
        with path.open("r+b") as file:  # the map outlives the file object
            self._map = mmap.mmap(file.fileno(), _STATE.size)

    @classmethod
    def create(cls, path: Path, now: float, speed: float = 0.0) -> FileClock:
        """Make the file and set the clock; speed 0 stands still."""
        path.write_bytes(bytes(_STATE.size))
        clock = cls(path)
        clock.set(now, speed)
        return clock

    def set(self, now: float, speed: float) -> None:
        """Show `now` from this moment on, running `speed` times as fast as the wall."""
        counter = _STATE.unpack_from(self._map)[0] + 1
        _COUNTER.pack_into(self._map, 0, counter)
        _VALUES.pack_into(self._map, _COUNTER.size, now, time.monotonic(), speed)
        _COUNTER.pack_into(self._map, _COUNTER.size + _VALUES.size, counter)

    def set_speed(self, speed: float) -> None:
        """Go on from the time shown now, at another speed."""
        self.set(self.now(), speed)

    def speed(self) -> float:
        """Return clock seconds per wall second."""
        return self._read()[2]

    def now(self) -> float:
        """Return seconds since 1970, UTC."""
        now, monotonic, speed = self._read()
        return now + speed * (time.monotonic() - monotonic)

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            speed = self.speed()
            pause = min(_TICK_SECONDS, left / speed) if speed > 0 else _TICK_SECONDS
            if stop is not None and stop.wait(pause):
                return True
            if stop is None:
                time.sleep(pause)
        return stop is not None and stop.is_set()

    def _read(self) -> tuple[float, float, float]:
        while True:
            first, now, monotonic, speed, last = _STATE.unpack_from(self._map)
            if first == last:
                return now, monotonic, speed


def clock_from_environment() -> Clock:
    """Return the shared clock that `WSB_CLOCK_FILE` names, else the wall clock."""
    path = os.environ.get(CLOCK_FILE_VARIABLE)
    return FileClock(Path(path)) if path else SystemClock()
