"""VirtualAsker: requests in flight on a virtual clock; waiting for an answer moves the clock."""

import heapq
import threading
from collections.abc import Sequence
from itertools import count
from random import Random
from typing import NamedTuple

from producer.asker import THREADS, Reply
from producer.errors import UnreachableError
from producer.job import Purpose, Request
from producer.reddit.budget import Budget
from sandbox.simulate.clock import VirtualClock
from sandbox.simulate.journal import Journal
from sandbox.simulate.together import Together, requests_in
from sandbox.simulate.world import World

_LEAST, _MOST = 0.5, 1.5  # of the mean latency, as the replay server's
_OUTLIER_SHARE, _OUTLIER = 0.01, 5.0


class Outage(NamedTuple):
    """Reddit answers nothing from `since` to before `until`, in seconds since 1970."""

    since: float
    until: float


class Weather(NamedTuple):
    """How long an answer takes, and when none comes; the seed decides the spread."""

    latency_seconds: float = 0.3
    outages: Sequence[Outage] = ()
    seed: int = 0


class VirtualAsker:
    """Asks a world; answers show it as it was when they were asked, and arrive a latency later."""

    def __init__(
        self,
        world: World,
        clock: VirtualClock,
        budget: Budget,
        journal: Journal,
        weather: Weather,
    ) -> None:
        self._world = world
        self._clock = clock
        self._budget = budget
        self._journal = journal
        self._weather = weather
        self._random = Random(f"latency {weather.seed}")  # noqa: S311 - a run that can be made again
        self._arrivals: list[tuple[float, int, Reply]] = []
        self._numbers = count()
        self.together: Together | None = None

    def free(self) -> int:
        """Return how many more requests it takes now."""
        return THREADS - len(self._arrivals)

    def send(self, request: Request) -> None:
        """Take a request."""
        now = self._clock.now()
        arrives_at = now + self._latency_seconds()
        self._journal.sent(request.purpose, now)
        for _ in range(1, requests_in(request)):
            self._budget.sent(request.purpose, now)
            self._journal.sent(request.purpose, now)
        if self.together is not None and request.purpose is not Purpose.LOOK:
            self.together.others_went()
        if any(outage.since <= now < outage.until for outage in self._weather.outages):
            reply = Reply(request, None, UnreachableError("an outage of Reddit"))
        else:
            things, answer = self._world.ask(
                request.question, now, counts=request.purpose is Purpose.REPAIR
            )
            self._journal.shown(things, answer.items.scores, arrives_at)
            reply = Reply(request, answer, None)
        heapq.heappush(self._arrivals, (arrives_at, next(self._numbers), reply))

    def replies(self, seconds: float, stop: threading.Event) -> list[Reply]:
        """Go on to the next arrival, or for that long."""
        until = self._clock.now() + seconds
        if stop.is_set():
            return []
        if not self._arrivals or self._arrivals[0][0] > until:
            self._clock.go_to(until)
            return []
        self._clock.go_to(self._arrivals[0][0])
        return self._arrived()

    def close(self) -> list[Reply]:
        """Return what is in flight."""
        if self._arrivals:
            self._clock.go_to(max(arrival for arrival, _, _ in self._arrivals))
        return self._arrived()

    def _latency_seconds(self) -> float:
        drawn = self._random.random()
        spread = _OUTLIER if drawn < _OUTLIER_SHARE else _LEAST + (_MOST - _LEAST) * drawn
        return self._weather.latency_seconds * spread

    def abandon(self) -> None:
        """Forget what is in flight."""
        self._arrivals.clear()

    def _arrived(self) -> list[Reply]:
        now = self._clock.now()
        replies: list[Reply] = []
        while self._arrivals and self._arrivals[0][0] <= now:
            reply = heapq.heappop(self._arrivals)[2]
            replies.append(reply)
            self._budget.answered(now, {})
            for _ in range(1, requests_in(reply.request)):
                self._budget.returned()
                self._budget.answered(now, {})
        return replies
