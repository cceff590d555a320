"""App: the composition root; makes the real edges and puts the producer together."""

import os
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from clock import Clock, FileClock, Steady, SystemClock
from producer.asker import ThreadAsker
from producer.aws import make_client
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.memory_outbox import MemoryOutbox
from producer.delivery.outbox import Outbox
from producer.delivery.sender import Pace, Sender
from producer.delivery.stream import KinesisStream
from producer.events import NotDelivered, OutboxKept
from producer.first_release import upgraded
from producer.follower import Follower, Shared
from producer.listings.repair import Turn
from producer.producer import Edges, Producer
from producer.progress import Reporter
from producer.reddit.awaited_credentials import AwaitedCredentials
from producer.reddit.budget import Budget
from producer.reddit.client import PrawReddit
from producer.reddit.credentials import Credentials, find_credentials
from producer.settings import ProducerSettings, RedditSettings
from producer.state.lease import CONNECT_SECONDS, READ_SECONDS, Lease, LeasePlace, LeaseTimes
from producer.state.leases import Leases
from producer.state.saver import Gate, Saver
from producer.state.table import DynamoState
from producer.totals import Totals
from telemetry import Log

# a sped-up clock does not speed up DynamoDB: there a lease of 15 s lasts 1.5 s of the wall
SANDBOX_WALL_SHARE = 0.1


class Running(NamedTuple):
    """A producer that is at work, and what works beside it."""

    producer: Producer
    reporter: Reporter
    outbox: Outbox
    sender: Sender
    saver: Saver
    leases: Leases

    def abandon(self) -> None:
        """End it with nothing more asked or saved."""
        self.producer.abandon()
        self.saver.abandon()

    def close(self, log: Log) -> None:
        """End the sending, and say what Kinesis has not taken."""
        self.sender.close()
        gone = self.outbox.fleeting()
        kept = self.outbox.count() - gone
        if kept:
            log.emit(OutboxKept(records=kept))
        if gone:
            self.reporter.given_up(gone)
            log.emit(NotDelivered(records=gone))
        self.outbox.close()


def reddit_connector(
    settings: RedditSettings, credentials: Credentials, budget: Budget, steady: Steady
) -> Callable[[], PrawReddit]:
    """Return what connects to Reddit: each thread needs a connection of its own."""
    return lambda: PrawReddit(settings, credentials, budget, steady.now)


def credentials_of(settings: RedditSettings) -> Credentials:
    """Look for the credentials; raises CredentialsMissingError."""
    return find_credentials(settings, os.environ)


def awaited_credentials(settings: RedditSettings, clock: Clock, log: Log) -> AwaitedCredentials:
    """Make what waits for credentials where they can still come."""
    find = partial(credentials_of, settings)
    from_secret = settings.secret_id is not None
    return AwaitedCredentials(find, from_secret=from_secret, clock=clock, log=log)


def make_leases(settings: ProducerSettings, clock: Clock, log: Log) -> Leases:
    """Make the lease of each subreddit, not taken yet."""
    client = make_client(
        "dynamodb", settings.region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS
    )
    times = LeaseTimes(least_wall_share=SANDBOX_WALL_SHARE if isinstance(clock, FileClock) else 0.0)
    places = [LeasePlace(client, settings.state_table, each) for each in settings.reddit.subreddits]
    leases = [Lease(place, clock=clock, log=log, times=times) for place in places]
    return Leases(leases, clock, log)


def make_producer(
    settings: ProducerSettings, credentials: Credentials, leases: Leases, clock: Clock, log: Log
) -> Running:
    """Go on from the last checkpoint; raises ProducerError when an edge is missing."""
    totals = Totals()
    steady = Steady(clock)
    budget = Budget(settings.reddit.requests_per_minute, steady.now())
    state = DynamoState(
        make_client("dynamodb", settings.region), settings.state_table, leases.fence_for_write
    )
    saved = {each: upgraded(state.load(each)) for each in settings.reddit.subreddits}
    outbox = make_outbox(settings, totals, log)
    stream = KinesisStream(
        make_client("kinesis", settings.region, validates=False), settings.stream_name
    )
    sender = Sender(outbox, stream, Pace(clock, SystemClock()), totals=totals, log=log)
    saver = Saver(state, Gate(leases.renew, outbox.acknowledged), totals=totals, log=log)
    shared = Shared(outbox, saver, totals, log, Turn())
    followers = [
        Follower(settings, subreddit, items, shared, steady.now())
        for subreddit, items in saved.items()
    ]
    connect = reddit_connector(settings.reddit, credentials, budget, steady)
    edges = Edges(ThreadAsker(connect, clock), outbox, saver, clock, steady, log)
    producer = Producer(followers, edges, budget, totals)
    reporter = Reporter(producer, edges, budget, totals, subreddit=",".join(saved))
    return Running(producer, reporter, outbox, sender.start(), saver.start(), leases)


def make_outbox(settings: ProducerSettings, totals: Totals, log: Log) -> Outbox:
    """Open the outbox on the disk, or make one in memory; raises OutboxError."""
    if settings.outbox_folder is None:
        return MemoryOutbox(totals=totals, log=log)
    return DiskOutbox(settings.outbox_folder, settings.outbox_bytes_max, totals=totals, log=log)
