"""Generated: an invented day, its votes and fates drawn from the measured model."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from sandbox.reddit.generator.posts import LOOK_HOURS, SCORE_PACE_HOURS
from sandbox.simulate import scores
from sandbox.simulate.fates import comment_fates, post_fates
from sandbox.simulate.story import Group
from sandbox.simulate.timeline import Timeline
from sandbox.simulate.trajectories import Ints, Trajectories

CHUNK_COMMENTS = 200_000  # their points, some 60 MB, are not kept
_SECONDS_PER_HOUR = 3600
_POST_VOTES = (0.5, 4.0)  # of each comment below it


def comment_groups(random: Generator, things: Ints, *, high: bool = True) -> Iterator[Group]:
    """Yield comments, a chunk at a time; without `high`, none ever reaches the threshold."""
    for first in range(0, len(things), CHUNK_COMMENTS):
        chunk = things[first : first + CHUNK_COMMENTS]
        last = scores.ends(random, len(chunk), high=high)
        trajectories = scores.trajectories(random, last, high=high)
        yield Group(chunk, trajectories, comment_fates(random, len(chunk)))


def post_group(random: Generator, timeline: Timeline) -> Group:
    """Return the posts; their scores follow the comments below them."""
    count = len(timeline) - timeline.comments
    comments = np.bincount(timeline.post[: timeline.comments] - timeline.comments, minlength=count)
    end = (comments * random.uniform(*_POST_VOTES, count)).astype(np.int64) + 1
    hours = np.array(LOOK_HOURS)
    grown = 1 - np.exp(-hours / SCORE_PACE_HOURS)
    points = 1 + len(hours)
    values = np.ones((count, points), np.int64)
    values[:, 1:] += ((end - 1)[:, None] * grown).astype(np.int64)
    ages = np.append(0.0, np.floor(hours * _SECONDS_PER_HOUR))
    trajectories = Trajectories(
        np.arange(count + 1) * points, np.tile(ages, count), values.reshape(-1)
    )
    return Group(
        np.arange(timeline.comments, len(timeline)), trajectories, post_fates(random, count)
    )
