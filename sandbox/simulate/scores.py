"""Scores: how the votes of many comments come in, drawn at once.

The model is that of `sandbox.reddit.generator.scores`, one array instead of one comment: the same
figures, the same distributions, other draws.
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sandbox.reddit.generator import scores as model
from sandbox.simulate.trajectories import Floats, Ints, Trajectories

_SECONDS_PER_HOUR = 3600


def ends(random: Generator, count: int, *, high: bool = True) -> Ints:
    """Return the scores that comments end with; without `high`, none reaches the threshold."""
    low = random.choice(model.LOW_SCORES, count, p=_shares(model.LOW_SHARES))
    if not high:
        return low.astype(np.int64)
    drawn = model.THRESHOLD * (1 + random.pareto(model.HIGH_TAIL, count))
    top = np.minimum(model.HIGHEST, drawn).astype(np.int64)
    return np.where(random.random(count) < model.HIGH_SHARE, top, low)


def trajectories(random: Generator, last: Ints, *, high: bool = True) -> Trajectories:
    """Return how comments come to these scores; without `high`, no fuzz lifts one over the rest."""
    dense = last >= model.DENSE_FROM
    sparse = ~dense & (last != 1)
    offsets = np.zeros(len(last) + 1, np.int64)
    lengths = 1 + len(model.DENSE_HOURS) * dense + len(model.SPARSE_HOURS) * sparse
    np.cumsum(lengths, out=offsets[1:])
    ages = np.zeros(offsets[-1])
    values = np.ones(offsets[-1], np.int64)
    for of_them, hours in ((dense, model.DENSE_HOURS), (sparse, model.SPARSE_HOURS)):
        chosen = np.flatnonzero(of_them)
        at = offsets[chosen][:, None] + np.arange(1, 1 + len(hours))
        ages[at] = np.floor(np.array(hours) * _SECONDS_PER_HOUR)
        values[at] = _looks(random, last[chosen], np.array(hours), high=high)
    return Trajectories(offsets, ages, values)


def _looks(random: Generator, last: Ints, hours: Floats, *, high: bool) -> Ints:
    """Return the scores at some ages, a row a comment."""
    delay, pace = _growth(random, last)
    rise = np.where(last > 1, last + 0.5 - 1, last - 1.0)
    grown = np.maximum(0.0, hours - delay[:, None]) / pace[:, None]
    shares = 1 - np.exp(-(grown**model.CURVE))
    shown: Ints = np.floor(1 + rise[:, None] * shares).astype(np.int64)
    held = -(-len(hours) // model.FUZZ_HELD_LOOKS)
    fuzz = _fuzz(random, last, held, high=high)
    fuzz = np.repeat(fuzz, model.FUZZ_HELD_LOOKS, axis=1)[:, : len(hours)]
    fuzz *= np.maximum(1.0, model.FUZZ_OF_SCORE * np.abs(shown))
    shown += np.where(shown == 1, 0, np.rint(fuzz).astype(np.int64))
    shown[:, -1] = last
    return shown


def _growth(random: Generator, last: Ints) -> tuple[Floats, Floats]:
    """Return hours until votes come in, and the hours that scale how they do."""
    pace = random.lognormal(np.log(model.LOW_PACE_HOURS), model.LOW_PACE_SIGMA, len(last))
    delay = np.zeros(len(last))
    high = np.flatnonzero(last >= model.THRESHOLD)
    log_hours = np.log(model.CROSSED_HOURS)
    crossing = np.exp(np.interp(random.random(len(high)), model.CROSSED_SHARES, log_hours))
    share = (model.THRESHOLD - 1) / (last[high] - 0.5)
    reach = (-np.log(1 - share)) ** (1 / model.CURVE)
    slow = crossing / reach > model.SLOWEST_HOURS
    slowed = model.SLOWEST_HOURS * random.uniform(0.3, 1, len(high))
    pace[high] = np.where(slow, slowed, crossing / reach)
    delay[high] = np.where(slow, np.maximum(0.0, crossing - slowed * reach), 0.0)
    return delay, pace


def _fuzz(random: Generator, last: Ints, held: int, *, high: bool) -> Floats:
    """Return what is added to a score of 10, in points, for each while that it is held."""
    size = (len(last), held)
    touched = (random.random(size) < model.TOUCH_SHARE).astype(np.float64) if high else 0.0
    drawn = random.normal(0, model.FUZZ_POINTS, size)
    return np.where((last >= model.THRESHOLD)[:, None], drawn, touched)


def _shares(weights: tuple[float, ...]) -> NDArray[np.float64]:
    shares = np.array(weights)
    shares /= shares.sum()
    return shares
