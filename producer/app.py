"""App: the composition root; makes the real edges and puts the producer together."""

import os

from clock import Clock, SystemClock
from producer.aws import make_client
from producer.delivery.record_buffer import RecordBuffer
from producer.delivery.stream import KinesisStream
from producer.producer import Edges, Producer
from producer.progress import Reporter
from producer.reddit.budget import Budget
from producer.reddit.client import PrawReddit
from producer.reddit.credentials import find_credentials
from producer.settings import ProducerSettings, RedditSettings
from producer.state.checkpoint import DynamoState
from producer.totals import Totals
from telemetry import Log


def make_reddit(settings: RedditSettings, budget: Budget, clock: Clock) -> PrawReddit:
    """Connect to Reddit; raises CredentialsMissingError."""
    return PrawReddit(settings, find_credentials(settings, os.environ), budget, clock)


def make_producer(settings: ProducerSettings, clock: Clock, log: Log) -> tuple[Producer, Reporter]:
    """Go on from the last checkpoint; raises ProducerError when an edge is missing."""
    totals = Totals()
    budget = Budget(settings.reddit.requests_per_minute, clock.now())
    # AWS' limits refill on the wall clock, however fast the sandbox's runs
    wall = SystemClock()
    stream = KinesisStream(
        make_client("kinesis", settings.region),
        settings.stream_name,
        clock=wall,
        totals=totals,
        log=log,
    )
    state = DynamoState(
        make_client("dynamodb", settings.region),
        settings.state_table,
        settings.reddit.subreddit,
        clock=wall,
        log=log,
    )
    reddit = make_reddit(settings.reddit, budget, clock)
    edges = Edges(reddit, RecordBuffer(stream), state, clock, log)
    producer = Producer(settings, edges, state.load(), budget, totals)
    return producer, Reporter(producer, budget, totals, settings.reddit.subreddit, clock.now())
