"""VirtualClock: waiting is what makes its time pass."""

import threading


class VirtualClock:
    """A clock that never steps: the wall's time is also the steady one."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._now

    def monotonic(self) -> float:
        """Return the same: it never steps."""
        return self._now

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Go on by that long, at once; returns True, without waiting, when `stop` is set."""
        if stop is not None and stop.is_set():
            return True
        self.go_to(self._now + seconds)
        return False

    def go_to(self, moment: float) -> None:
        """Go on to a moment, never back."""
        self._now = max(self._now, moment)
