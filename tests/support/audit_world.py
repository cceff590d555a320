"""Two hours of a small subreddit through the real producer, a filter, and the lake job: no Flink.

The faults of `tests/integration/test_audit.py` are planted on the way.
"""

import os
import threading
from io import StringIO

import pytest

from clock import SystemClock
from producer import app
from producer.asker import Reply
from producer.delivery.sender import Pace
from producer.errors import RedditError
from producer.settings import ProducerSettings
from sandbox.audit import read_stream
from sandbox.aws.environment import client_of
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import NOT_EDITED
from telemetry.log import Log
from tests.support.aws_emulator import STREAM, make_stream, make_table, producer_environment
from tests.support.reddit_builders import START, comment, post

HOURS = 2
MINUTE = 60
WALL_SECONDS = 30
DELETED = ("[deleted]", None)
REMOVED = ("[removed]", None)


def small_subreddit():
    """Return one thing for each course that matters, and some that nobody votes for."""

    def at(age, text, author, edited=NOT_EDITED):
        return START + age, text, author, edited

    records = (
        post(looks=[(600, 40, 7, 0.91), (5400, 90, 30, 0.87)], link_flair_text="DD"),
        post("link", 60, is_self=False, selftext="", url="https://example.com/a", over_18=True),
        post("gone", 120, changes=[at(2400, *DELETED)], looks=[(1200, 30, 2, 0.7)]),
        post("taken", 180, hide_score=True, changes=[at(3000, *REMOVED)]),
        comment("up", 30, looks=[(3600, 50), (6000, 40)], author_flair_text="🦍"),
        comment("dip", 60, looks=[(1200, 14), (3000, 5)], is_submitter=True),
        comment("nested", 90, parent="t1_up", looks=[(1800, 12)], author_fullname="t2_1"),
        comment("low", 100, looks=[(4000, 4)], distinguished="moderator", stickied=True),
        comment("below", 110, looks=[(3000, -7)]),
        comment("hidden", 120, looks=[(1800, 1, 1), (1801, 20, 0), (5000, 31, 0)]),
        comment("edited", 150, looks=[(1500, 15)], changes=[at(1600, "so", "ape", START + 1590)]),
        comment("deleted", 180, looks=[(900, 13)], changes=[at(2000, *DELETED)]),
        comment("removed", 200, looks=[(900, 3)], changes=[at(4300, *REMOVED)]),
        comment(
            "back",
            210,
            looks=[(900, 11)],
            changes=[at(1500, *REMOVED), at(4000, "body of back", "ape")],
        ),
        comment("left", 220, looks=[(900, 12)], changes=[at(1300, "body of left", None)]),
        *(comment(f"n{number}", 240 + 97 * number) for number in range(30)),
    )
    return sorted(map(RecordedThing, records), key=lambda thing: thing.created)


class SteppedClock:
    """The shared clock, moved by whoever waits, and a little by whoever asks it."""

    def __init__(self, clock):
        self._clock = clock

    def now(self):
        self._clock.set(self._clock.now() + 0.02, 0)
        return self._clock.now()

    def monotonic(self):
        self.now()
        return self._clock.monotonic()

    def wait(self, seconds, stop=None):
        self._clock.set(self._clock.now() + max(0.0, seconds), 0)
        return stop is not None and stop.is_set()


class OneByOne:
    """An asker on a clock that only waiting moves: it has the answer before anybody waits."""

    def __init__(self, connect, clock):
        self._reddit = connect()
        self._clock = clock
        self._replies = []

    def free(self):
        return 1 - len(self._replies)

    def send(self, request):
        try:
            self._replies.append(Reply(request, self._reddit.ask(request.question), None))
        except RedditError as error:
            self._replies.append(Reply(request, None, error))

    def replies(self, seconds, stop):
        if not self._replies:
            self._clock.wait(seconds, stop)
        return self.close()

    def close(self):
        replies, self._replies = self._replies, []
        return replies


def produce(stage, aws_url):
    """Let the producer read the stage for two hours; returns what it sent, as lines."""
    environment = producer_environment(aws_url, stage.url) | {"WSB_REQUESTS_PER_MINUTE": "10"}
    make_stream(aws_url)
    make_table(aws_url)
    stop = threading.Event()
    clock = SteppedClock(stage.clock)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(app, "ThreadAsker", OneByOne)
        # the sender's thread must not move the stage's clock by waiting on it
        patch.setattr(app, "Pace", lambda _clock, wall: Pace(wall, wall))
        settings = ProducerSettings.from_environment(os.environ)
        log = Log(StringIO())
        # two hours pass in seconds of the wall
        leases = app.make_leases(settings, SystemClock(), log)
        assert leases.take(stop, lambda: None)
        leases.start()
        credentials = app.credentials_of(settings.reddit)
        running = app.make_producer(settings, credentials, leases, clock, log)
        while stage.clock.now() < stage.world.start_at + HOURS * 3600 + MINUTE:
            running.producer.run_once(stop)
        running.producer.finish()
        assert running.sender.drain(WALL_SECONDS) == 0
        running.saver.close(WALL_SECONDS)
        running.sender.close()
        leases.release()
    return list(read_stream(client_of(aws_url, "kinesis"), STREAM, 10).lines)
