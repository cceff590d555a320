"""Fates: when things are edited, deleted, removed or approved again, and their score shown."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from sandbox.reddit.generator import comments as comment_model
from sandbox.reddit.generator import posts as post_model
from sandbox.reddit.version import ThingState
from sandbox.simulate.trajectories import Floats, Ints

STATES = tuple(ThingState)
LIVE = STATES.index(ThingState.LIVE)
DELETED = STATES.index(ThingState.DELETED)
REMOVED = STATES.index(ThingState.REMOVED)
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Fates:
    """Things are counted from 0; ages are seconds since birth, infinite for what never comes.

    `shown` is when the score is no longer hidden. A change of state is `state` (an index of
    STATES) of `thing` from `age` on, in order of thing, then age; each is live at birth.
    """

    shown: Floats
    edited: Floats
    thing: Ints
    age: Floats
    state: Ints


def comment_fates(random: Generator, count: int) -> Fates:
    """Draw what becomes of comments, with the shares and delays of the generated day."""
    never = np.full(count, np.inf)
    edited = np.where(
        random.random(count) < comment_model.EDITED_SHARE,
        1 + np.floor(random.lognormal(5.5, 1.2, count)),
        never,
    )
    hidden = random.random(count) < comment_model.HIDDEN_SHARE
    shown = np.where(hidden, comment_model.HIDDEN_HOURS * _SECONDS_PER_HOUR, 0.0)
    gone_share = comment_model.DELETED_SHARE + comment_model.REMOVED_SHARE
    drawn = random.random(count)
    state = np.where(drawn < comment_model.DELETED_SHARE, DELETED, REMOVED)
    since = np.where(np.isfinite(edited), edited, 0.0)
    gone = since + 1 + np.floor(random.lognormal(7.5, 2.0, count))
    gone = np.where(drawn < gone_share, gone, never)
    approved = (state == REMOVED) & (edited == np.inf)
    approved &= random.random(count) < comment_model.APPROVED_SHARE
    back = np.where(approved, gone + 1 + np.floor(random.lognormal(8, 1, count)), never)
    return _of(shown, edited, gone, state, back)


def post_fates(random: Generator, count: int) -> Fates:
    """Draw what becomes of posts."""
    never = np.full(count, np.inf)
    drawn = random.random(count)
    state = np.where(drawn < post_model.REMOVED_SHARE, REMOVED, DELETED)
    gone = np.floor(random.lognormal(6.5, 1.5, count))
    gone_share = post_model.REMOVED_SHARE + post_model.DELETED_SHARE
    gone = np.where(drawn < gone_share, gone, never)
    return _of(np.zeros(count), never, gone, state, never)


def _of(shown: Floats, edited: Floats, gone: Floats, state: Ints, back: Floats) -> Fates:
    ages = np.stack((gone, back), axis=1)
    states = np.stack((state, np.full(len(state), LIVE)), axis=1)
    thing, turn = np.nonzero(np.isfinite(ages))
    return Fates(shown, edited, thing, ages[thing, turn], states[thing, turn])
