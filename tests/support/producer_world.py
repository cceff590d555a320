"""A producer on a virtual clock, with fakes around it."""

import json
import threading

from clock import Steady
from producer import daemon
from producer.app import Running, make_outbox
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.sender import Pace, Sender
from producer.first_release import upgraded
from producer.follower import Follower, Shared
from producer.listings.repair import Turn
from producer.producer import Edges, Producer
from producer.progress import Reporter
from producer.reddit.budget import Budget
from producer.settings import ProducerSettings
from producer.state.saver import Gate, Saver
from producer.totals import Totals
from tests.support.memory_state import MemoryState
from tests.support.producer_fakes import (
    START,
    FakeReddit,
    MemoryLog,
    MemoryStream,
    VirtualAsker,
    VirtualClock,
    comment,
    post,
)

HOUR = 3600.0
ENVIRONMENT = {"WSB_STREAM_NAME": "s", "WSB_STATE_TABLE": "t", "AWS_REGION": "us-east-1"}


class ProducerWorld:
    """A producer with fakes around it; `start` is a start after a kill."""

    def __init__(self, things=(), *, per_minute=100, depth=1000, latency=0.2, environment=()):
        self.clock = VirtualClock()
        self.reddit = FakeReddit(self.clock, things, depth=depth)
        self.stream = MemoryStream()
        self.state = MemoryState()
        self.environment = {
            **ENVIRONMENT,
            "WSB_REQUESTS_PER_MINUTE": str(per_minute),
            **dict(environment),
        }
        self.per_minute = per_minute
        self.latency = latency
        self.outbox = None
        self.stop = threading.Event()
        self.start()

    def start(self):
        self.totals = Totals()
        self.log = MemoryLog()
        self.steady = steady = Steady(self.clock)
        self.budget = Budget(self.per_minute, steady.now())
        settings = ProducerSettings.from_environment(self.environment)
        self.asker = VirtualAsker(self.reddit, self.clock, self.budget, latency=self.latency)
        self.outbox = self.make_outbox(settings)
        pace = Pace(self.clock, self.clock)
        parts = {"totals": self.totals, "log": self.log}
        self.sender = Sender(self.outbox, self.stream, pace, **parts)
        gate = Gate(lambda: None, self.outbox.acknowledged)
        wall = self.clock.monotonic
        self.saver = Saver(self.state, gate, totals=self.totals, log=self.log, steady=wall)
        shared = Shared(self.outbox, self.saver, self.totals, self.log, Turn())
        subreddits = settings.reddit.subreddits
        self.followers = [
            Follower(settings, each, upgraded(self.state.load(each)), shared, steady.now())
            for each in subreddits
        ]
        self.follower = self.followers[0]
        self.edges = Edges(self.asker, self.outbox, self.saver, self.clock, steady, self.log)
        self.producer = Producer(self.followers, self.edges, self.budget, self.totals)

    def make_outbox(self, settings):
        if isinstance(self.outbox, DiskOutbox):
            self.outbox._database.close()  # what a kill does; SQLite writes nothing then
        return make_outbox(settings, self.totals, self.log)

    def run(self, seconds):
        until = self.clock.time + seconds
        while self.clock.time < until:
            self.producer.run_once(self.stop)
            self.sender.step()
            self.saver.work()

    def reporter(self, subreddit="wallstreetbets"):
        return Reporter(self.producer, self.edges, self.budget, self.totals, subreddit=subreddit)

    def running(self, leases, saver=None):
        parts = (self.outbox, self.sender, saver or self.saver, leases)
        return Running(self.producer, self.reporter(), *parts)

    def serve(self):
        """Run as the daemon does, until the stop or what ends it."""
        daemon.run(self.running(FreeLeases()), self.stop, pulse=lambda: None, log=self.log)

    def deliver(self, seconds=0):
        """Run that long, then send and save all there is."""
        self.run(seconds)
        self.producer.checkpoint()
        self.sender.drain(HOUR)
        self.saver.work()

    def delivered(self):
        return {entry.key for entry in self.stream.entries}

    def records(self):
        return [json.loads(entry.data) for entry in self.stream.entries]

    def of(self, name):
        return [record for record in self.records() if record["id"] == name]

    def missing(self):
        return self.reddit.answered - self.delivered()

    def kept(self, min_score=10):
        return {
            record["id"]
            for record in self.records()
            if record["kind"] != "gap" and (record["peak_score"] or 0) >= min_score
        }


class FreeLeases:
    """Nobody else wants them."""

    def may_ask(self):
        return True


def steady(count, apart, *, begin=START, late=0.0):
    return [comment(number, begin + number * apart, _late=late) for number in range(count)]


def steady_posts(count):
    """Return posts that have had all their looks long ago, and are still listed."""
    return [post(number, START - 40 * HOUR - number) for number in range(count)]


def raiser(error):
    def meet(_request):
        raise error

    return meet
