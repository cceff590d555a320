"""Budget: when the next request may go, so that no minute exceeds the quota.

At most N requests lie between the answer N requests ago and the next sending, those in flight
among them: whatever the network does with them, the server never counts more than N in any
minute. What Reddit says in its x-ratelimit headers can only lower that. All times are steady.
"""

import math
import threading
from collections import Counter, deque
from collections.abc import Mapping
from typing import NamedTuple

from producer.reddit.purpose import Purpose

MINUTE_SECONDS = 60.0
RESERVE_SHARE = 0.05
WINDOW_SECONDS = 600.0  # Reddit's own window
EDGE_SECONDS = 1.0  # a well-behaved client still meets a 429 at the window's edge
SAME_WINDOW_SECONDS = 30.0  # two answers of one window may say its end that differently
# at most so much of every minute: what waits behind them comes first if there is more of them
SHARES: Mapping[Purpose, float] = {Purpose.REPAIR: 0.35, Purpose.DEEP: 0.4}
NEVER = float("inf")


def usable_per_minute(requests_per_minute: int) -> int:
    """Return how many of a minute's requests may go; the rest is the reserve."""
    return max(1, int(requests_per_minute * (1 - RESERVE_SHARE)))


class Quota(NamedTuple):
    """What an answer's headers said."""

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
    this minute's requests already. Thread-safe: the core sends, several threads hear answers.
    `requests` counts HTTP exchanges, `by_purpose` the requests that were sent for each.
    """

    def __init__(self, requests_per_minute: int, now: float) -> None:
        self.per_minute = usable_per_minute(requests_per_minute)
        self.requests = 0
        self.by_purpose: Counter[Purpose] = Counter()
        self._spacing = MINUTE_SECONDS / self.per_minute
        self._answers = deque(
            now - MINUTE_SECONDS + self._spacing * turn for turn in range(self.per_minute)
        )
        self._pending = 0
        self._sent_at = float("-inf")
        self._most = {
            purpose: max(1, int(share * self.per_minute)) for purpose, share in SHARES.items()
        }
        self._sent: dict[Purpose, deque[float]] = {
            purpose: deque(maxlen=most) for purpose, most in self._most.items()
        }
        self._blocked_until = float("-inf")
        self._quota: Quota | None = None
        self._lock = threading.Lock()

    @property
    def pending(self) -> int:
        """Return how many requests are in flight."""
        return self._pending

    def sent(self, purpose: Purpose, now: float) -> None:
        """Note that a request goes out; it is in flight until `returned`."""
        with self._lock:
            self._pending += 1
            self._sent_at = now
            self.by_purpose[purpose] += 1
            if purpose in self._sent:
                self._sent[purpose].append(now)

    def returned(self) -> None:
        """Note that a request is in flight no more, whatever became of it."""
        with self._lock:
            self._pending -= 1

    def answered(self, now: float, headers: Mapping[str, str]) -> None:
        """Note that an HTTP exchange is over; several may belong to one request."""
        with self._lock:
            self.requests += 1
            # threads may tell of theirs in another order: the later time is the safe one
            self._answers.append(max(now, self._answers[-1]) if self._answers else now)
            told = quota_in(headers, now)
            if told is not None:
                self._quota = _newest(self._quota, told)

    def refused(self, now: float, wait_seconds: float | None) -> None:
        """Back off after a 429: as long as Reddit says, else to the end of the window."""
        with self._lock:
            if wait_seconds is None:
                reset_at = self._quota.reset_at if self._quota else now
                wait_seconds = reset_at - now if reset_at > now else MINUTE_SECONDS
            wait_seconds = min(wait_seconds, WINDOW_SECONDS)
            self._blocked_until = max(self._blocked_until, now + wait_seconds + EDGE_SECONDS)

    def ready_at(self, now: float, purpose: Purpose) -> float:
        """Return when a request may go; inf: not before one in flight has returned.

        A purpose with a share waits until its minute has room again. Value looks are spread over
        what is left: they also keep their distance to the last request of any purpose.
        """
        with self._lock:
            ready = max(now, self._blocked_until, self._free_at(now))
            quota = self._quota
            spread = self._spacing
            if quota is not None and quota.reset_at > now:
                left = quota.spendable - self._pending
                if left < 1:
                    ready = max(ready, quota.reset_at + EDGE_SECONDS)
                else:
                    spread = max(spread, (quota.reset_at - now) / left)
            if purpose is Purpose.LOOK:
                return max(ready, self._sent_at + spread)
            sent = self._sent.get(purpose)
            if sent is not None and len(sent) == sent.maxlen:
                return max(ready, sent[0] + MINUTE_SECONDS)
            return ready

    def left(self, now: float) -> int:
        """Return how many requests may still go in this minute."""
        with self._lock:
            self._forget(now)
            left = self.per_minute - len(self._answers) - self._pending
            quota = self._quota
            if quota is not None and quota.reset_at > now:
                left = min(left, int(quota.spendable) - self._pending)
            return max(0, left)

    def _free_at(self, now: float) -> float:
        self._forget(now)
        surplus = len(self._answers) + self._pending + 1 - self.per_minute
        if surplus <= 0:
            return now
        if surplus > len(self._answers):
            return NEVER
        return self._answers[surplus - 1] + MINUTE_SECONDS

    def _forget(self, now: float) -> None:
        while self._answers and self._answers[0] + MINUTE_SECONDS <= now:
            self._answers.popleft()


def quota_in(headers: Mapping[str, str], now: float) -> Quota | None:
    """Read x-ratelimit headers; None when they are absent or not numbers."""
    try:
        remaining = float(headers["x-ratelimit-remaining"])
        used = float(headers["x-ratelimit-used"])
        reset_seconds = float(headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    if not all(map(math.isfinite, (remaining, used, reset_seconds))):
        return None
    return Quota(remaining, used, now + min(reset_seconds, WINDOW_SECONDS))


def _newest(known: Quota | None, told: Quota) -> Quota:
    """Return what to go by: of two answers of one window, the one with less left."""
    if known is None or told.reset_at > known.reset_at + SAME_WINDOW_SECONDS:
        return told
    if told.reset_at < known.reset_at - SAME_WINDOW_SECONDS:
        return known
    return told if told.remaining <= known.remaining else known
