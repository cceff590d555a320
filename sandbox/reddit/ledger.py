"""Ledger: what was asked and what was answered, kept apart from the pipeline it will judge."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from sandbox.reddit.version import ThingState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.reddit.thing import RecordedThing

SECONDS_PER_MINUTE = 60
_LISTINGS = ("comments", "new")
_CROSSED_MOST = 20


class Ledger:
    """Counts requests by clock minute and remembers every id answered.

    An answer counts once its bytes are handed to the connection, of an authenticated client.
    """

    def __init__(self, min_score: int) -> None:
        """Start empty; `min_score` is what makes an answer one worth keeping."""
        self.min_score = min_score
        self.requests = 0
        self.refused = 0
        self.first_request_wall: float | None = None
        self._asked_at: dict[str, list[float]] = {name: [] for name in _LISTINGS}
        self.read: set[str] = set()
        self.kept_expected: set[str] = set()
        self.gone: set[str] = set()
        self._by_minute: Counter[int] = Counter()
        self._by_endpoint: Counter[str] = Counter()
        self._crossed: deque[dict[str, Any]] = deque(maxlen=_CROSSED_MOST)

    def asked(self, endpoint: str, now: float, *, newest: bool = True) -> None:
        """Note a request, whatever it will be answered; `newest`: not for a later page."""
        if self.first_request_wall is None:
            self.first_request_wall = time.time()
        self.requests += 1
        self._by_endpoint[endpoint] += 1
        if newest and endpoint in self._asked_at:
            self._asked_at[endpoint].append(now)
        self._by_minute[int(now // SECONDS_PER_MINUTE)] += 1

    def answered(self, things: Iterable[RecordedThing], now: float) -> None:
        """Note what a client was told at `now`."""
        for thing in things:
            self.read.add(thing.fullname)
            if thing.fullname not in self.kept_expected and self._is_worth_keeping(thing, now):
                self.kept_expected.add(thing.fullname)
                age, score = now - thing.created, thing.score_at(now)
                self._crossed.append({"id": thing.fullname, "age_seconds": age, "score": score})
            if thing.state_at(now) is not ThingState.LIVE:
                self.gone.add(thing.fullname)

    def was_asked(self, endpoint: str, since: float, until: float) -> bool:
        """Tell whether a listing's newest page was asked for from `since` to before `until`."""
        moments = self._asked_at[endpoint]
        place = bisect_left(moments, since)
        return place < len(moments) and moments[place] < until

    def _is_worth_keeping(self, thing: RecordedThing, now: float) -> bool:
        shown = thing.is_comment and thing.score_at(now) >= self.min_score
        return shown and not thing.is_hidden(now)

    def status(self, now: float) -> dict[str, Any]:
        """Return the counts; the last minute is the last whole one.

        `found` counts the comments answered with the minimum score, `crossed` are the last of them,
        the newest last.
        """
        return {
            "read": len(self.read),
            "found": len(self.kept_expected),
            "requests": self.requests,
            "refused": self.refused,
            "requests_by_endpoint": self._by_endpoint,
            "crossed": list(self._crossed),
            "requests_per_minute_last": self._by_minute[int(now // SECONDS_PER_MINUTE) - 1],
            "requests_per_minute_max": max(self._by_minute.values(), default=0),
            "newest_asked_at": {
                name: moments[-1] if moments else None for name, moments in self._asked_at.items()
            },
            "first_request_wall": self.first_request_wall,
        }
