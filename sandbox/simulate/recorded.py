"""Recorded: the comments of a data file, as often as a world needs days of them."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

import numpy as np

from sandbox.reddit.thing import RecordedThing
from sandbox.simulate.fates import STATES, Fates
from sandbox.simulate.story import Group
from sandbox.simulate.trajectories import Ints, Trajectories


def recorded_group(things: Ints, comments: Sequence[RecordedThing]) -> Group:
    """Return the trajectories and fates of comments under the indexes `things`."""
    points = [comment.score_points for comment in comments]
    offsets = np.cumsum([0, *map(len, points)])
    ages = [at - one.created for one, of in zip(comments, points, strict=True) for at, _ in of]
    values = [value for of in points for _, value in of]
    trajectories = Trajectories(
        offsets.astype(np.int64), np.array(ages, np.float64), np.array(values, np.int64)
    )
    return Group(things, trajectories, _fates(comments))


def _fates(comments: Sequence[RecordedThing]) -> Fates:
    shown, edited = [], []
    thing, age, state = [], [], []
    for number, comment in enumerate(comments):
        shown.append(max(0.0, comment.hidden_until - comment.created))
        versions = comment.versions
        edits = (one.since - comment.created for one in versions[1:] if one.edited)
        edited.append(next(edits, inf))
        turns = [two for one, two in pairwise(versions) if one.state != two.state]
        if versions[0].state != STATES[0]:
            turns = [versions[0], *turns]
        thing += [number] * len(turns)
        age += [turn.since - comment.created for turn in turns]
        state += [STATES.index(turn.state) for turn in turns]
    return Fates(
        np.array(shown, np.float64),
        np.array(edited, np.float64),
        np.array(thing, np.int64),
        np.array(age, np.float64),
        np.array(state, np.int64),
    )
