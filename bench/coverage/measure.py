"""Measure: one design through one scenario, and what it missed."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from bench.coverage.ours import READING, Ours
from bench.coverage.replay import Replay, Stopped
from bench.coverage.rivals import BeforeCursor, PrawStream, praw_on
from bench.coverage.scenario import Course, served
from contract import parse_instant
from producer.gap import GapStatus
from producer.job import Purpose
from producer.looks.observation import Record
from sandbox.reddit.version import ThingState
from sandbox.reddit.world import World
from sandbox.simulate.clock import VirtualClock

SEED = 7
Span = tuple[float, float]  # seconds since 1970
DESIGNS = ("praw_stream", "before_cursor", "wsb_stream")
FIRST = ("new", "repair")


@dataclass
class Reading:
    """What a design handed on: how often each comment as new, and which spans it flags.

    `closed` are the gaps that are said to be repaired.
    """

    delivered: Counter[str] = field(default_factory=Counter)
    flagged: list[Span] = field(default_factory=list)
    closed: list[Span] = field(default_factory=list)
    exchanges: int = 0

    def hand_on(self, records: Iterable[Record]) -> None:
        """Take our records; of each gap the last one counts."""
        gaps = {}
        for record in records:
            if record["kind"] == "comment" and record["cause"] in FIRST:
                self.delivered[record["id"]] += 1
            elif record["kind"] == "gap" and record["listing"] == "comments":
                gaps[record["id"]] = record
        for gap in gaps.values():
            spans = self.closed if gap["status"] == GapStatus.REPAIRED else self.flagged
            spans.append((parse_instant(gap["from_at"]), parse_instant(gap["to_at"])))


@dataclass(frozen=True)
class Measured:
    """The figures of one run.

    `unflagged`: of the missed ones, those of which no gap tells that they may be missing. One that
    was closed as repaired tells it only of what is not `findable`.
    `findable`: of the missed ones, those that a comment page still shows at the end, of a thread
    that can be found: its post is listed, or another of its comments was read.
    """

    items: int
    missed: frozenset[str]
    unflagged: frozenset[str]
    duplicates: int
    requests_per_minute: float
    findable: frozenset[str]
    repaired: bool


def measure(design: str, world: World, course: Course) -> Measured:
    """Run a design and judge it; how long it backs off is drawn the same each time."""
    random.seed(SEED)
    return judge(read_by(design, world, course), world, course)


def judge(reading: Reading, world: World, course: Course) -> Measured:
    """Compare what was read with what was to be read."""
    items = served(world, course)
    missed = frozenset(items.keys() - reading.delivered.keys())
    findable = _findable(world, course, missed, reading)
    # repaired says that every thread was read: it tells of what no thread shows any more
    told = _within(missed - findable, items, reading.closed)
    return Measured(
        items=len(items),
        missed=missed,
        unflagged=missed - _within(missed, items, reading.flagged) - told,
        duplicates=sum(count - 1 for count in reading.delivered.values()),
        requests_per_minute=reading.exchanges / course.minutes,
        findable=findable,
        repaired=not reading.flagged,
    )


def _within(names: Iterable[str], created: Mapping[str, float], spans: list[Span]) -> set[str]:
    return {
        each for each in names if any(since <= created[each] <= until for since, until in spans)
    }


def _findable(
    world: World, course: Course, missed: frozenset[str], reading: Reading
) -> frozenset[str]:
    threads = {world.things[each].post for each in reading.delivered}
    listed = {
        post.fullname for post in islice(world.newest("t3", course.ends_at, course.ends_at), 1000)
    }
    return frozenset(
        each
        for each in missed
        if world.things[each].post in threads | listed
        and world.things[each].state_at(course.ends_at) is ThingState.LIVE
    )


def read_by(design: str, world: World, course: Course) -> Reading:
    """Let a design read a world."""
    if design == "wsb_stream":
        return read_by_ours(world, course)
    reading = Reading()
    reader = PrawStream() if design == "praw_stream" else BeforeCursor()
    for since, until in course.spans:
        clock = VirtualClock(since)
        replay = Replay(world, clock, course.weather, clock.wait, stops_at=until)
        with praw_on(replay, clock) as reddit:
            try:
                reader.run(reddit, lambda each: reading.delivered.update([each]))
            except Stopped:
                reading.exchanges += replay.exchanges
    return reading


def read_by_ours(world: World, course: Course, purposes: Collection[Purpose] = READING) -> Reading:
    """Let the producer read a world, by requests of these purposes."""
    reading = Reading()
    ours = Ours(purposes)
    for since, until in course.spans:
        clock = VirtualClock(since)
        replay = Replay(world, clock, course.weather, clock.wait)
        ours.run(replay, clock, until)
        reading.exchanges += replay.exchanges
    reading.hand_on(ours.records)
    return reading
