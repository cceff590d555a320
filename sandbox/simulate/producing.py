"""Producing: the producer's own core on a virtual clock, with edges that keep nothing."""

import threading
from collections.abc import Sequence
from typing import Any

from clock import Steady
from contract import parse_instant
from producer.follower import Follower, Shared
from producer.gap import GapStatus
from producer.job import Purpose
from producer.listings.repair import Turn
from producer.looks.cohorts import Kept
from producer.looks.crossing import CrossingModel, Integers
from producer.looks.observation import Record
from producer.looks.table import Slots
from producer.producer import Edges, Producer
from producer.reddit.budget import Budget
from producer.settings import ProducerSettings
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from producer.state.saver import Keeper
from producer.totals import Totals
from sandbox.reddit.realism import Realism
from sandbox.simulate.asker import VirtualAsker, Weather
from sandbox.simulate.clock import VirtualClock
from sandbox.simulate.journal import Gap, Journal
from sandbox.simulate.plan import Told
from sandbox.simulate.together import Together, requests_together
from sandbox.simulate.world import World
from telemetry.event import Event

SUBREDDIT = "wallstreetbets"


class Producing:
    """A producer that starts with nothing at a story's first moment.

    Without `exact`, looks by value go several at a time: the same looks, a few seconds earlier or
    later, in a third of the time. With a `keeper` it keeps what a restart would need.
    """

    def __init__(  # noqa: PLR0913 - two of them are for those who measure one thing
        self,
        told: Told,
        realism: Realism,
        quota: int,
        weather: Weather,
        *,
        exact: bool = False,
        keeper: Keeper | None = None,
    ) -> None:
        story = told.story
        self.journal = Journal(len(story.timeline), story.window.least)
        self.tracked_most = 0
        self._clock = VirtualClock(told.start_at)
        steady = Steady(self._clock)
        settings = _settings(quota, story.window.least)
        budget = Budget(quota, steady.now())
        world = World(story, realism, weather.seed)
        asker = VirtualAsker(world, self._clock, budget, self.journal, weather)
        totals = Totals()
        log: Any = _Log()
        outbox: Any = _Outbox(self.journal)
        shared = Shared(outbox, keeper or _Keeper(), totals, log, Turn())
        self._follower = Follower(settings, SUBREDDIT, (), shared, steady.now())
        if keeper is None:
            cohorts: Any = _Cohorts()
            self._follower.looks.cohorts = cohorts
        if not exact:
            asker.together = self._look_together(budget)
        edges = Edges(asker, outbox, shared.keeper, self._clock, steady, log)
        self._producer = Producer([self._follower], edges, budget, totals)
        self._never = threading.Event()

    def _look_together(self, budget: Budget) -> Together | None:
        follower = self._follower
        if requests_together(budget) == 1:
            return None
        looks = next(job for job in follower.jobs if job.purpose is Purpose.LOOK)
        together = Together(looks, follower.looks, budget)
        follower.jobs = tuple(together if job is looks else job for job in follower.jobs)
        return together

    def judge_by(self, model: CrossingModel) -> None:
        """Take another crossing model than the project's, before the first step."""
        self._follower.looks.judge_by(model)

    def step(self) -> float:
        """Go on to the next thing that happens; returns the time."""
        self._producer.run_once(self._never)
        self.tracked_most = max(self.tracked_most, len(self._follower.looks))
        return self._clock.now()


class _Outbox:
    """Takes every record at once; of a gap, the journal keeps what was said last."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, records: Sequence[Record], _now: float) -> int:
        for record in records:
            if record["kind"] == "gap":
                since, until = parse_instant(record["from_at"]), parse_instant(record["to_at"])
                repaired = record["status"] == GapStatus.REPAIRED
                gap = Gap(record["listing"], since, until, repaired)
                self._journal.flagged(record["id"], gap)
        return 0  # nothing waits for acknowledgement

    def report(self, _letters: object, _now: float) -> None:
        """Send no dead letter: a simulation's things can all be read."""

    def full(self) -> bool:
        return False

    def raise_problem(self) -> None:
        """Have none."""


class _Cohorts:
    """Keeps no rows for a restart: there is none."""

    def keep(self, slots: Slots, stages: Integers) -> None:
        """Keep nothing."""

    def forget(self, slots: Slots) -> None:
        """Forget nothing."""

    def changed(self) -> Kept:
        return Kept((), ())


class _Keeper:
    def note(self, crossings: Sequence[Item]) -> None:
        """Keep nothing."""

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep nothing."""

    def raise_problem(self) -> None:
        """Have none."""


class _Log:
    def emit(self, event: Event) -> None:
        """Say nothing: the journal has what counts."""


def _settings(quota: int, min_score: int) -> ProducerSettings:
    return ProducerSettings.from_environment(
        {
            "AWS_REGION": "us-east-1",
            "WSB_STREAM_NAME": "simulated",
            "WSB_STATE_TABLE": "simulated",
            "WSB_REQUESTS_PER_MINUTE": str(quota),
            "WSB_MIN_SCORE": str(min_score),
        }
    )
