"""App: the composition root; makes the real edges and puts the producer together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from clock import SystemClock
from producer.aws import make_client
from producer.delivery.buffer import Delivery
from producer.delivery.stream import KinesisStream
from producer.producer import Edges, Producer
from producer.progress import Reporter, Tally
from producer.reddit.budget import Budget
from producer.reddit.client import PrawReddit
from producer.reddit.credentials import find_credentials
from producer.state.checkpoint import DynamoState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from structlog.typing import FilteringBoundLogger

    from clock import Clock
    from producer.settings import Settings


class BudgetMeter:
    """Tells the budget of every exchange, on the clock."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        """Take both."""
        self._budget = budget
        self._clock = clock

    def sent(self) -> None:
        """Note that a request goes out."""
        self._budget.sent(self._clock.now())

    def answered(self, headers: Mapping[str, str]) -> None:
        """Note that one was answered, or given up (no headers)."""
        self._budget.answered(self._clock.now(), headers)


def make_reddit(settings: Settings, budget: Budget, clock: Clock) -> PrawReddit:
    """Connect to Reddit; raises CredentialsMissingError."""
    credentials = find_credentials(
        settings, os.environ, lambda: make_client("secretsmanager", settings.region)
    )
    meter = BudgetMeter(budget, clock)
    return PrawReddit(credentials, settings.subreddit, url=settings.reddit_url, meter=meter)


def make_producer(
    settings: Settings, clock: Clock, log: FilteringBoundLogger
) -> tuple[Producer, Reporter]:
    """Put the producer together; raises ProducerError when an edge is missing."""
    tally = Tally()
    budget = Budget(settings.requests_per_minute, clock.now())
    # AWS' limits refill on the wall, however fast the sandbox's clock runs
    wall = SystemClock()
    stream = KinesisStream(
        make_client("kinesis", settings.region),
        settings.stream_name,
        clock=wall,
        tally=tally,
        log=log,
    )
    state = DynamoState(
        make_client("dynamodb", settings.region),
        settings.state_table,
        settings.subreddit,
        clock=wall,
        log=log,
    )
    reddit = make_reddit(settings, budget, clock)
    edges = Edges(reddit, Delivery(stream), state, clock, log)
    producer = Producer(settings, edges, budget, tally)
    return producer, Reporter(producer, budget, tally, clock.now())
