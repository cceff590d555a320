"""Ledger: what was asked and what was answered, kept apart from the pipeline it will judge."""

import time
from array import array
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from sandbox.reddit.thing import RecordedThing

SECONDS_PER_MINUTE = 60
LISTINGS = ("comments", "new")
_CROSSED_MOST = 20
_TAKEN_SECONDS = 2.0  # wall; whoever does not ask again has taken an answer by then
Client = tuple[str, int] | None  # whose connection it is
_INITIALS = {"comments": "c", "new": "n", "info": "i", "thread": "t", "more": "m"}


class Shown(NamedTuple):
    """One answer that had a thing.

    When it left, by the clock and by the wall (monotonic); by when of the wall it was taken; the
    moment of the clock whose state it showed, which is older out of a stale cache; the initial of
    the endpoint that gave it.
    """

    moment: float
    wall: float
    taken_by: float
    as_of: float
    via: str


class Ledger:
    """Counts requests by clock minute and remembers when each id was in an answer.

    An answer counts once its bytes are handed to the connection, of an authenticated client. What
    a thing looks like is a function of time: the moments tell all that its answers showed. A
    request that was not answered, or not in full, showed nothing, but it was made.
    `min_score` is what makes a comment's answer one of those that `status` tells as crossed.
    """

    def __init__(self, min_score: int) -> None:
        self.min_score = min_score
        self.requests = 0
        self.refused = 0
        self._asked_at: dict[str, list[float]] = {name: [] for name in LISTINGS}
        self._no_token_at: list[float] = []
        self._showed_at: dict[str, list[float]] = {name: [] for name in LISTINGS}
        self._log: list[Shown] = []
        self._answers: dict[str, array[int]] = {}  # by fullname, places in the log
        self._last_answer: dict[Client, int] = {}
        self.lacked_at: dict[str, array[float]] = {}
        self._by_minute: Counter[int] = Counter()
        self._by_endpoint: Counter[str] = Counter()
        self._crossed: deque[dict[str, Any]] = deque(maxlen=_CROSSED_MOST)
        self._found: set[str] = set()

    def asked(
        self, endpoint: str, now: float, *, newest: bool = True, client: Client = None
    ) -> None:
        """Note a request, whatever will become of it; `newest`: not for a later page.

        Who asks again on a connection has taken the answer before.
        """
        self.requests += 1
        place = self._last_answer.pop(client, None)
        if place is not None:
            last = self._log[place]
            self._log[place] = last._replace(taken_by=min(last.taken_by, time.monotonic()))
        self._by_endpoint[endpoint] += 1
        if newest and endpoint in self._asked_at:
            insort(self._asked_at[endpoint], now)
        self._by_minute[int(now // SECONDS_PER_MINUTE)] += 1

    def gave_no_token(self, now: float) -> None:
        """Note a client that Reddit kept from asking for anything."""
        insort(self._no_token_at, now)

    def showed(self, endpoint: str, as_of: float) -> None:
        """Note that a client was sent a listing's newest page as it was at that moment."""
        if endpoint in self._showed_at:
            insort(self._showed_at[endpoint], as_of)

    def answered(  # noqa: PLR0913 - all that is known of an answer
        self,
        things: Iterable[RecordedThing],
        now: float,
        lacked: Iterable[str] = (),
        *,
        shown_at: float | None = None,
        endpoint: str = "info",
        client: Client = None,
    ) -> None:
        """Note what a client was told at `now`, and what it asked for in vain.

        `shown_at` is the moment whose state it was shown, by default the same.
        """
        as_of = now if shown_at is None else shown_at
        wall, place = time.monotonic(), len(self._log)
        self._log.append(Shown(now, wall, wall + _TAKEN_SECONDS, as_of, _INITIALS[endpoint]))
        if client is not None:
            self._last_answer[client] = place
        for thing in things:
            self._answers.setdefault(thing.fullname, array("L")).append(place)
            if thing.fullname not in self._found and self._shows_minimum(thing, as_of):
                self._found.add(thing.fullname)
                age, score = as_of - thing.created, thing.score_at(as_of)
                self._crossed.append({"id": thing.fullname, "age_seconds": age, "score": score})
        for fullname in lacked:
            self.lacked_at.setdefault(fullname, array("d")).append(now)

    def answers_of(self, fullname: str) -> list[Shown]:
        """Return the answers that had a thing, in the order in which they left."""
        return [self._log[place] for place in self._answers.get(fullname, ())]

    def asked_at(self, endpoint: str, since: float, until: float) -> float | None:
        """Return when a listing's newest page was first asked for, from `since` to before `until`.

        Whoever asked for a token in vain would have.
        """
        asked = (self._asked_at[endpoint], self._no_token_at)
        firsts = [_first_within(moments, since, until) for moments in asked]
        return min((first for first in firsts if first is not None), default=None)

    def asked_times(self, endpoint: str, since: float, until: float) -> int:
        """Return how often that was, from `since` to before `until`."""
        asked = (self._asked_at[endpoint], self._no_token_at)
        return sum(bisect_left(each, until) - bisect_left(each, since) for each in asked)

    def shown_at(self, endpoint: str, since: float, until: float) -> float | None:
        """Return the first moment of that span whose newest page somebody was sent."""
        return _first_within(self._showed_at[endpoint], since, until)

    def _shows_minimum(self, thing: RecordedThing, now: float) -> bool:
        shown = thing.is_comment and thing.score_at(now) >= self.min_score
        return shown and not thing.is_hidden(now)

    def status(self) -> dict[str, Any]:
        """Return the counts.

        `found` counts the comments answered with the minimum score, `crossed` are the last of them,
        the newest last.
        """
        return {
            "read": len(self._answers),
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


def _first_within(moments: list[float], since: float, until: float) -> float | None:
    place = bisect_left(moments, since)
    return moments[place] if place < len(moments) and moments[place] < until else None
