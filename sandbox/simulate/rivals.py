"""Rivals: readers that look once at each comment, computed from its true course.

They read what is new as cheaply as can be, 100 to a page, and look at 100 comments a request, in
the order in which they are born. What the quota does not let them ask in one minute waits for the
next. Nothing they ask for fails.
"""

from typing import NamedTuple

import numpy as np

from sandbox.reddit.listing import PAGE_ITEMS_MAX
from sandbox.simulate.measures import HOUR, LAST_AGE
from sandbox.simulate.story import Story
from sandbox.simulate.trajectories import Floats

LOOK_ONCE_AGE = HOUR  # "when the votes are in": what people do who re-read at all
STRATEGIES = {"look once at 1 h": LOOK_ONCE_AGE, "look once at 36 h": LAST_AGE}
_QUOTA_SHARE = 0.95  # the reserve that ours keeps too
_LEAST_POLLS = 2  # a minute, of either listing once


class Rival(NamedTuple):
    """When it first saw each thing at the threshold (inf: never), and what it asked at most."""

    high_at: Floats
    requests_per_minute_max: int


def look_once(story: Story, quota: int, age: float) -> Rival:
    """Look at each comment when it is `age` seconds old, or as soon after as the quota allows."""
    comments = story.timeline.comments
    created = story.timeline.created[:comments]
    start_at = float(created[0])
    minute_of = ((created - start_at) // 60).astype(np.int64)
    due_of = ((created + age - start_at) // 60).astype(np.int64)
    minutes = int(due_of[-1]) + 1
    polls = np.bincount(minute_of, minlength=minutes) / PAGE_ITEMS_MAX + _LEAST_POLLS
    due = np.bincount(due_of, minlength=minutes) / PAGE_ITEMS_MAX
    capacity = np.maximum(1.0, _QUOTA_SHARE * quota - polls)
    looks = np.empty(minutes)
    waiting = 0.0
    for minute in range(minutes):
        waiting += due[minute]
        looks[minute] = min(waiting, capacity[minute])
        waiting -= looks[minute]
    # the comment that is the nth to be due is looked at in the minute of the nth look
    turn = (np.arange(comments) + 1) / PAGE_ITEMS_MAX
    done = np.cumsum(looks).searchsorted(turn - 1e-6)
    looked_age = np.maximum(age, (done * 60.0 + start_at) - created)
    spans = story.truth.shown
    hit = (spans.since <= looked_age[spans.thing]) & (spans.until > looked_age[spans.thing])
    high_at = np.full(len(story.timeline), np.inf)
    things = spans.thing[hit]
    high_at[things] = created[things] + looked_age[things]
    return Rival(high_at, int(np.ceil((polls + looks).max())))
