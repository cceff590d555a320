"""ClientQuota: requests a client may make in one window of the clock, and its headers."""

from dataclasses import dataclass
from math import ceil


@dataclass
class ClientQuota:
    """Counts in windows aligned to the clock, as Reddit's do: the window's edge is sharp."""

    requests: int = 1000
    window_seconds: float = 600.0
    _used: int = 0
    _window: float = -1.0

    def take(self, now: float) -> bool:
        """Count one request; False when there is none left in this window."""
        window = now // self.window_seconds
        if window != self._window:
            self._window, self._used = window, 0
        if self._used >= self.requests:
            return False
        self._used += 1
        return True

    def reset_seconds(self, now: float) -> int:
        """Return the whole seconds until the next window."""
        return max(1, ceil(self.window_seconds - now % self.window_seconds))

    def headers(self, now: float) -> dict[str, str]:
        """Return Reddit's three headers."""
        return {
            "x-ratelimit-remaining": f"{float(self.requests - self._used)}",
            "x-ratelimit-used": f"{self._used}",
            "x-ratelimit-reset": f"{self.reset_seconds(now)}",
        }
