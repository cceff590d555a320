"""Plan: what day is simulated, and the story that is told of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from sandbox.reddit.datafile import read_things
from sandbox.reddit.realism import Realism
from sandbox.reddit.thing import RecordedThing
from sandbox.simulate.errors import NothingMeasuredError
from sandbox.simulate.generated import comment_groups, post_group
from sandbox.simulate.measures import FOLLOWED_SECONDS
from sandbox.simulate.profile import Profile
from sandbox.simulate.recorded import recorded_group
from sandbox.simulate.story import Group, Story, Window, told
from sandbox.simulate.timeline import (
    SECONDS_PER_DAY,
    SECONDS_PER_MINUTE,
    Timeline,
    arrivals,
    timeline,
)
from sandbox.simulate.trajectories import Flags, Floats, Ints

# a Wednesday; of a data file, it is the midnight before its first comment
GENERATED_DAY = datetime(2021, 3, 3, tzinfo=UTC).timestamp()
SECONDS_PER_HOUR = 3600
MINUTES_PER_DAY = SECONDS_PER_DAY // SECONDS_PER_MINUTE


@dataclass(frozen=True)
class Plan:
    """A day, from 00:00 UTC on, of which `hours` are measured.

    An equal stretch of `before_hours` goes ahead, and equal days follow until the last measured
    comment is 36 h old: the producer finds no calm that a real one would not. The comments of
    `data` ride in invented ones, which never reach the threshold, up to the profile's rates.
    """

    profile: Profile
    hours: float = 24.0
    before_hours: float = 24.0
    seed: int = 0
    least_score: int = 10
    data: Path | None = None


class Told(NamedTuple):
    """A story, and from when to when it is read."""

    story: Story
    start_at: float
    end_at: float


class _Copies(NamedTuple):
    """Recorded comments that come again every few days: which one, and when, in order."""

    which: Ints
    moments: Floats


def tell(plan: Plan, realism: Realism) -> Told:
    """Make the world; raises DataFileError for a file that cannot be played."""
    random = np.random.default_rng((plan.seed, 0))
    recorded = _comments(plan.data)
    first = recorded[0].created if recorded else GENERATED_DAY
    day = first // SECONDS_PER_DAY * SECONDS_PER_DAY
    start_at = day - plan.before_hours * SECONDS_PER_HOUR
    until = day + plan.hours * SECONDS_PER_HOUR
    end_at = until + FOLLOWED_SECONDS
    window = Window(day, until, end_at, plan.least_score)
    copies = _copies(recorded, day, start_at, end_at)
    chaff = _chaff(random, plan.profile, copies.moments, start_at, end_at)
    moments = np.concatenate((copies.moments, chaff))
    if not np.any((moments >= window.since) & (moments < window.until)):
        raise NothingMeasuredError(
            "No comment is made in the measured hours: give a higher rate or more hours."
        )
    order = np.argsort(moments, kind="stable")
    is_copy = order < len(copies.moments)
    lines = timeline(random, moments[order])
    comments = [recorded[number] for number in copies.which[order[is_copy]]]
    groups = _groups(random, lines, is_copy, comments)
    return Told(told(random, lines, groups, realism, window), start_at, end_at)


def _groups(
    random: Generator,
    lines: Timeline,
    is_copy: Flags,
    comments: Sequence[RecordedThing],
) -> Iterator[Group]:
    if comments:
        yield recorded_group(np.flatnonzero(is_copy), comments)
    yield from comment_groups(random, np.flatnonzero(~is_copy), high=not comments)
    yield post_group(random, lines)


def _comments(path: Path | None) -> list[RecordedThing]:
    if path is None:
        return []
    comments = [thing for thing in read_things(path) if thing.is_comment]
    if not comments:
        raise NothingMeasuredError(f"{path} holds no comment: give a file with comments in it.")
    return comments


def _copies(
    recorded: Sequence[RecordedThing], day: float, start_at: float, end_at: float
) -> _Copies:
    """Return what is recorded, as whole days of it follow each other."""
    if not recorded:
        return _Copies(np.empty(0, np.int64), np.empty(0))
    born = np.array([one.created for one in recorded])
    period = (np.floor((born[-1] - day) / SECONDS_PER_DAY) + 1) * SECONDS_PER_DAY
    turns = np.arange(np.floor((start_at - day) / period), np.ceil((end_at - day) / period))
    which = np.tile(np.arange(len(born)), len(turns))
    moments = (turns[:, None] * period + born).reshape(-1)
    inside = (moments >= start_at) & (moments < end_at)
    return _Copies(which[inside], moments[inside])


def _chaff(
    random: Generator, profile: Profile, copies: Floats, start_at: float, end_at: float
) -> Floats:
    """Return when comments are made beside the recorded ones, to the profile's rates an hour."""
    minutes = int(np.ceil((end_at - start_at) / SECONDS_PER_MINUTE))
    first = int(start_at % SECONDS_PER_DAY // SECONDS_PER_MINUTE)
    rates = profile.of_minutes(first, minutes)
    hour_of_minute = np.arange(minutes) // 60
    hour_of_copy = ((copies - start_at) // SECONDS_PER_HOUR).astype(np.int64)
    there = np.bincount(hour_of_copy, minlength=hour_of_minute[-1] + 1) / 60
    rates = np.maximum(0.0, rates - there[hour_of_minute])
    return arrivals(random, rates, start_at)
