"""Ours: the producer itself without its looks, on a virtual clock."""

import heapq
import threading
from collections.abc import Collection, Sequence
from itertools import count
from typing import Any

import praw.models.util
import prawcore.auth
import prawcore.rate_limit
import prawcore.sessions

from bench.coverage.replay import Replay
from bench.coverage.virtual_time import time_of
from clock import Steady
from producer.asker import THREADS, Reply
from producer.errors import RedditError
from producer.follower import Follower, Shared
from producer.job import Purpose, Request
from producer.listings.repair import Turn
from producer.looks.observation import Record
from producer.producer import Edges, Producer
from producer.reddit.budget import Budget
from producer.reddit.client import PrawReddit
from producer.reddit.credentials import Credentials
from producer.settings import ProducerSettings
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item, Key
from producer.totals import Totals
from sandbox.simulate.clock import VirtualClock
from telemetry.event import Event

SUBREDDIT = "wallstreetbets"
PER_MINUTE = 100
READING = (Purpose.POLL, Purpose.REPAIR, Purpose.DEEP)
CREDENTIALS = Credentials("bench", "bench", "python:wsb-stream-bench:v1")
MODULES = (praw.models.util, prawcore.auth, prawcore.rate_limit, prawcore.sessions)


class Ours:
    """Reads again from what it saved at the stop before; keeps every record.

    `purposes` are those of its requests.
    """

    def __init__(self, purposes: Collection[Purpose] = READING) -> None:
        self._purposes = purposes
        self.records: list[Record] = []
        self._saved = _Saved()

    def run(self, replay: Replay, clock: VirtualClock, until: float) -> None:
        """Read until then, and stop as the daemon does."""
        settings = _settings()
        steady = Steady(clock)
        budget = Budget(PER_MINUTE, steady.now())
        reddit = PrawReddit(settings.reddit, CREDENTIALS, budget, steady.now)
        reddit.mount(replay)
        totals = Totals()
        log: Any = _Log()
        outbox: Any = _Outbox(self.records)  # nothing is sent: what counts is what was read
        shared = Shared(outbox, self._saved, totals, log, Turn())
        items = self._saved.items.values()
        follower = Follower(settings, SUBREDDIT, list(items), shared, steady.now())
        follower.jobs = tuple(job for job in follower.jobs if job.purpose in self._purposes)
        asker = _Asker(reddit, replay, clock)
        edges = Edges(asker, outbox, self._saved, clock, steady, log)
        producer = Producer([follower], edges, budget, totals)
        never = threading.Event()
        with time_of(clock, *MODULES):
            while clock.now() < until:
                producer.run_once(never)
            producer.finish()


class _Asker:
    """Several requests in flight: an answer shows what was there when it was asked for."""

    def __init__(self, reddit: PrawReddit, replay: Replay, clock: VirtualClock) -> None:
        self._reddit = reddit
        self._clock = clock
        self._arrivals: list[tuple[float, int, Reply]] = []
        self._numbers = count()
        self._takes = 0.0
        replay.pass_by = self._pass_by

    def free(self) -> int:
        return THREADS - len(self._arrivals)

    def send(self, request: Request) -> None:
        self._takes = 0.0
        try:
            reply = Reply(request, self._reddit.ask(request.question), None)
        except RedditError as error:
            reply = Reply(request, None, error)
        arrival = (self._clock.now() + self._takes, next(self._numbers), reply)
        heapq.heappush(self._arrivals, arrival)

    def replies(self, seconds: float, _stop: threading.Event) -> list[Reply]:
        until = self._clock.now() + seconds
        if self._arrivals:
            until = min(until, self._arrivals[0][0])
        self._clock.go_to(until)
        return self._arrived()

    def close(self) -> list[Reply]:
        if self._arrivals:
            self._clock.go_to(max(at for at, _, _ in self._arrivals))
        return self._arrived()

    def abandon(self) -> None:
        self._arrivals.clear()

    def _arrived(self) -> list[Reply]:
        replies: list[Reply] = []
        while self._arrivals and self._arrivals[0][0] <= self._clock.now():
            replies.append(heapq.heappop(self._arrivals)[2])
        return replies

    def _pass_by(self, seconds: float) -> None:
        self._takes += seconds


class _Outbox:
    """Acknowledges at once."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records

    def add(self, records: Sequence[Record], _now: float) -> int:
        self._records.extend(records)
        return len(self._records)

    def report(self, _letters: object, _now: float) -> None:
        """Send no dead letter: here everything can be read."""

    def full(self) -> bool:
        return False

    def raise_problem(self) -> None:
        """Have none."""


class _Saved:
    """What a restart goes on from."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}

    def note(self, crossings: Sequence[Item]) -> None:
        self.items |= {item.key: item for item in crossings}

    def keep(self, checkpoint: Checkpoint) -> None:
        for key in checkpoint.deleted:
            self.items.pop(key, None)
        for item in (*checkpoint.puts, *checkpoint.cursors):
            self.items[item.key] = item

    def raise_problem(self) -> None:
        """Have none."""


class _Log:
    def emit(self, event: Event) -> None:
        """Say nothing."""


def _settings() -> ProducerSettings:
    return ProducerSettings.from_environment(
        {
            "AWS_REGION": "us-east-1",
            "WSB_STREAM_NAME": "bench",
            "WSB_STATE_TABLE": "bench",
            "WSB_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        }
    )
