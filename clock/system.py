"""Clock: what every component takes the time from, and the wall's own."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits on it; seconds are the clock's own, not the wall's."""

    def now(self) -> float:
        """Return seconds since 1970, UTC; it may be set, and then steps."""

    def monotonic(self) -> float:
        """Return seconds since some moment; they never step, and pass as fast as `now`'s."""

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        """Return seconds since 1970, UTC."""
        return datetime.now(UTC).timestamp()

    def monotonic(self) -> float:
        """Return seconds since the machine's start."""
        return time.monotonic()

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for that long; returns True, early, when `stop` is set."""
        if stop is not None:
            return stop.wait(max(0.0, seconds))
        time.sleep(max(0.0, seconds))
        return False
