"""Budget: when the next request may go, so that no minute exceeds the quota.

At most N requests lie between the answer N requests ago and the next sending: whatever the
network does with them, the server never counts more than N in any minute. What Reddit says in
its x-ratelimit headers can only lower that.
"""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

MINUTE_SECONDS = 60.0
RESERVE_SHARE = 0.05
WINDOW_SECONDS = 600.0  # Reddit's own window
EDGE_SECONDS = 1.0  # a well-behaved client still meets a 429 at the window's edge


class Quota(NamedTuple):
    """What the last answer's headers said."""

    remaining: float
    used: float
    reset_at: float

    @property
    def spendable(self) -> float:
        """Return the requests left before the reserve."""
        return self.remaining - RESERVE_SHARE * (self.remaining + self.used)


class Budget:
    """One budget for everything that asks Reddit; 5 % of the limit is kept in reserve.

    It goes evenly through its first minute: whoever was here before a restart may have spent
    this minute's requests already.
    """

    def __init__(self, requests_per_minute: int, now: float) -> None:
        self.per_minute = max(1, int(requests_per_minute * (1 - RESERVE_SHARE)))
        self.requests = 0
        spacing = MINUTE_SECONDS / self.per_minute
        self._answers = deque(
            (now - MINUTE_SECONDS + spacing * turn for turn in range(self.per_minute)),
            maxlen=self.per_minute,
        )
        self._sent_at = float("-inf")
        self._blocked_until = float("-inf")
        self._quota: Quota | None = None

    def sent(self, now: float) -> None:
        """Note that a request goes out."""
        self._sent_at = now

    def answered(self, now: float, headers: Mapping[str, str]) -> None:
        """Note that a request was answered, or given up."""
        self.requests += 1
        self._answers.append(now)
        self._quota = quota_in(headers, now) or self._quota

    def refused(self, now: float, wait_seconds: float | None) -> None:
        """Back off after a 429: as long as Reddit says, else to the end of the window."""
        if wait_seconds is None:
            reset_at = self._quota.reset_at if self._quota else now
            wait_seconds = reset_at - now if reset_at > now else MINUTE_SECONDS
        wait_seconds = min(wait_seconds, WINDOW_SECONDS)
        self._blocked_until = max(self._blocked_until, now + wait_seconds + EDGE_SECONDS)

    def ready_at(self, now: float, *, spare: bool) -> float:
        """Return when a request may go; a spare one also keeps its distance to the last."""
        ready = max(now, self._blocked_until, self._answers[0] + MINUTE_SECONDS)
        quota = self._quota
        if quota is not None and quota.reset_at > now and quota.spendable < 1:
            ready = max(ready, quota.reset_at + EDGE_SECONDS)
        return max(ready, self._sent_at + self._spacing_seconds(now)) if spare else ready

    def left(self, now: float) -> int:
        """Return how many requests may still go in this minute."""
        recent = sum(1 for answer in self._answers if now - answer < MINUTE_SECONDS)
        left = self.per_minute - recent
        quota = self._quota
        if quota is not None and quota.reset_at > now:
            left = min(left, int(max(0.0, quota.spendable)))
        return left

    def _spacing_seconds(self, now: float) -> float:
        spacing = MINUTE_SECONDS / self.per_minute
        quota = self._quota
        if quota is None or quota.reset_at <= now or quota.spendable < 1:
            return spacing
        return max(spacing, (quota.reset_at - now) / quota.spendable)


def quota_in(headers: Mapping[str, str], now: float) -> Quota | None:
    """Read x-ratelimit headers; None when they are absent or not numbers."""
    try:
        remaining = float(headers["x-ratelimit-remaining"])
        used = float(headers["x-ratelimit-used"])
        reset_seconds = float(headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    return Quota(remaining, used, now + reset_seconds)
