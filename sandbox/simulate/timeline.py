"""Timeline: when comments and posts are made, and which comment answers what."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sandbox.reddit.generator.day import COMMENTS_PER_POST
from sandbox.reddit.generator.posts import DAILY_SHARE, LIVELY_POSTS
from sandbox.simulate.trajectories import Floats, Ints

SECONDS_PER_MINUTE = 60
SECONDS_PER_DAY = 86_400
_REPLY_SHARE = 0.55
_RECENT_COMMENTS = 40  # of a thread: what people still answer
_APPEAL_TAIL = 0.8
NONE = -1


@dataclass(frozen=True)
class Timeline:
    """Comments are 0 to `comments`, posts follow them; both are in order of birth.

    `post` is the thing that a comment belongs to, `parent` what it answers, `root` the comment
    directly below the post that it hangs from (itself, if it is one); all are -1 for a post.
    """

    comments: int
    created: Floats
    post: Ints
    parent: Ints
    root: Ints

    def __len__(self) -> int:
        return len(self.created)


def arrivals(random: Generator, per_minute: NDArray[np.float64], start_at: float) -> Floats:
    """Return whole seconds at which things arrive, in order, minute by minute at these rates."""
    counts = random.poisson(per_minute)
    minutes = np.repeat(np.arange(len(per_minute)), counts)
    seconds = random.integers(0, SECONDS_PER_MINUTE, len(minutes))
    return np.sort(start_at + minutes * SECONDS_PER_MINUTE + seconds)


def timeline(random: Generator, moments: Floats) -> Timeline:
    """Return the threads of comments made at these moments, which are in order.

    Each day has a daily thread, where half of them go; the others go to the lively posts of the
    moment, some far more than others.
    """
    comments = len(moments)
    first_day = moments[0] // SECONDS_PER_DAY
    days = np.arange(first_day, moments[-1] // SECONDS_PER_DAY + 1)
    dailies = np.maximum(days * SECONDS_PER_DAY, moments[0])
    others = moments[random.random(comments) * COMMENTS_PER_POST < 1]
    posted = np.concatenate((dailies, others))
    order = np.argsort(posted, kind="stable")
    place = np.empty(len(posted), np.int64)
    place[order] = np.arange(len(posted))
    daily = place[(moments // SECONDS_PER_DAY - first_day).astype(np.int64)]
    lively = _lively(random, moments, others)
    chosen = place[len(dailies) + np.maximum(lively, 0)] if len(others) else daily
    is_daily = (lively < 0) | (random.random(comments) < DAILY_SHARE)
    post = comments + np.where(is_daily, daily, chosen)
    parent = _parents(random, post)
    none = np.full(len(posted), NONE)
    return Timeline(
        comments,
        np.concatenate((moments, posted[order])),
        np.concatenate((post, none)),
        np.concatenate((parent, none)),
        np.concatenate((_roots(parent, comments), none)),
    )


def _lively(random: Generator, moments: Floats, posted: Floats) -> Ints:
    """Return for each comment one of the newest posts of its moment; -1 if there is none yet."""
    weights = np.concatenate(([0.0], np.cumsum(1 + random.pareto(_APPEAL_TAIL, len(posted)))))
    newest = np.searchsorted(posted, moments, side="right")
    oldest = np.maximum(0, newest - LIVELY_POSTS)
    low, high = weights[oldest], weights[newest]
    drawn = low + (high - low) * random.random(len(moments))
    found = np.searchsorted(weights, drawn, side="right") - 1
    lively: Ints = np.minimum(np.maximum(found, oldest), newest - 1)
    return lively


def _parents(random: Generator, post: Ints) -> Ints:
    """Return what each comment answers: its post, or one of the comments there just before it."""
    order = np.argsort(post, kind="stable")
    threads = post[order]
    begins = np.flatnonzero(np.append(True, threads[1:] != threads[:-1]))
    place = np.arange(len(post)) - np.repeat(begins, np.diff(np.append(begins, len(post))))
    back = 1 + np.floor(random.random(len(post)) * np.minimum(place, _RECENT_COMMENTS))
    replies = (place > 0) & (random.random(len(post)) < _REPLY_SHARE)
    answered = order[np.maximum(0, np.arange(len(post)) - back.astype(np.int64))]
    parent = np.empty(len(post), np.int64)
    parent[order] = np.where(replies, answered, threads)
    return parent


def _roots(parent: Ints, comments: int) -> Ints:
    root = np.where(parent < comments, parent, np.arange(comments))
    while True:
        higher = root[root]
        if np.array_equal(higher, root):
            return root
        root = higher
