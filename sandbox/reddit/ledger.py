"""Ledger: what was asked and what was answered, kept apart from the pipeline it will judge."""

from array import array
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from sandbox.reddit.thing import RecordedThing

SECONDS_PER_MINUTE = 60
_LISTINGS = ("comments", "new")
_CROSSED_MOST = 20


class Ledger:
    """Counts requests by clock minute and remembers when each id was in an answer.

    An answer counts once its bytes are handed to the connection, of an authenticated client. What
    a thing looks like is a function of time: the moments tell all that its answers showed.
    `min_score` is what makes a comment's answer one of those that `status` tells as crossed.
    """

    def __init__(self, min_score: int) -> None:
        self.min_score = min_score
        self.requests = 0
        self.refused = 0
        self._asked_at: dict[str, list[float]] = {name: [] for name in _LISTINGS}
        self.answered_at: dict[str, array[float]] = {}
        self.lacked_at: dict[str, array[float]] = {}
        self._by_minute: Counter[int] = Counter()
        self._by_endpoint: Counter[str] = Counter()
        self._crossed: deque[dict[str, Any]] = deque(maxlen=_CROSSED_MOST)
        self._found: set[str] = set()

    def asked(self, endpoint: str, now: float, *, newest: bool = True) -> None:
        """Note a request, whatever it will be answered; `newest`: not for a later page."""
        self.requests += 1
        self._by_endpoint[endpoint] += 1
        if newest and endpoint in self._asked_at:
            self._asked_at[endpoint].append(now)
        self._by_minute[int(now // SECONDS_PER_MINUTE)] += 1

    def answered(
        self, things: Iterable[RecordedThing], now: float, lacked: Iterable[str] = ()
    ) -> None:
        """Note what a client was told at `now`, and what it asked for in vain."""
        for thing in things:
            self.answered_at.setdefault(thing.fullname, array("d")).append(now)
            if thing.fullname not in self._found and self._shows_minimum(thing, now):
                self._found.add(thing.fullname)
                age, score = now - thing.created, thing.score_at(now)
                self._crossed.append({"id": thing.fullname, "age_seconds": age, "score": score})
        for fullname in lacked:
            self.lacked_at.setdefault(fullname, array("d")).append(now)

    def was_asked(self, endpoint: str, since: float, until: float) -> bool:
        """Tell whether a listing's newest page was asked for from `since` to before `until`."""
        moments = self._asked_at[endpoint]
        place = bisect_left(moments, since)
        return place < len(moments) and moments[place] < until

    def _shows_minimum(self, thing: RecordedThing, now: float) -> bool:
        shown = thing.is_comment and thing.score_at(now) >= self.min_score
        return shown and not thing.is_hidden(now)

    def status(self) -> dict[str, Any]:
        """Return the counts.

        `found` counts the comments answered with the minimum score, `crossed` are the last of them,
        the newest last.
        """
        return {
            "read": len(self.answered_at),
            "found": len(self._found),
            "requests": self.requests,
            "refused": self.refused,
            "requests_by_endpoint": self._by_endpoint,
            "crossed": list(self._crossed),
            "requests_per_minute_max": max(self._by_minute.values(), default=0),
            "newest_asked_at": {
                name: moments[-1] if moments else None for name, moments in self._asked_at.items()
            },
        }
