"""Measures: what a reader of a simulated day reached.

A crossing counts when the score stays at the threshold for a minute: nobody can be asked to see a
shorter one. A look that is due at an age may take SLACK_SECONDS, so what is to be seen by 24 h is
judged that long after.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.simulate.story import Story
from sandbox.simulate.trajectories import Floats, Ints, Spans

HOUR = 3600.0
LEAST_SECONDS = 60.0
DAY_AGE = 24 * HOUR
LAST_AGE = 36 * HOUR
SLACK_SECONDS = 0.5 * HOUR
FOLLOWED_SECONDS = LAST_AGE + SLACK_SECONDS


@dataclass(frozen=True)
class Population:
    """The comments of a day that count, with ages in seconds at which things happened to them.

    `crossed`: those that stayed at the threshold for a minute within 24 h of their birth, and
    when they truly began to. `crossed_shown`: when Reddit first showed such a minute, inf if it
    did not within 24 h. `ended`: those that have the score at 36 h.
    """

    crossed: Ints
    crossed_age: Floats
    crossed_shown: Floats
    ended: Ints
    shown_spans: Spans


def population(story: Story) -> Population:
    """Find who counts."""
    crossed, crossed_age = _first(story.truth.true)
    within = crossed_age + LEAST_SECONDS <= DAY_AGE
    crossed, crossed_age = crossed[within], crossed_age[within]
    shown, shown_age = _first(story.truth.shown)
    by_thing = np.full(len(story.timeline), np.inf)
    by_thing[shown] = np.where(shown_age + LEAST_SECONDS <= DAY_AGE, shown_age, np.inf)
    spans = story.truth.true
    at_end = (spans.since <= LAST_AGE) & (spans.until > LAST_AGE)
    at_end &= spans.until - spans.since >= LEAST_SECONDS
    return Population(
        crossed, crossed_age, by_thing[crossed], np.unique(spans.thing[at_end]), story.truth.shown
    )


@dataclass(frozen=True)
class Recall:
    """What was reached, in the columns of the benchmark; None where nothing could be.

    `recall_24h`: of the comments that stayed at the threshold for a minute within 24 h of their
    birth, the share seen there by 24 h and the slack. `ceiling_24h`: the share that a reader who
    asks for everything every minute would have seen. `recall_final`: of those that have the score
    at 36 h, the share seen with it by then and the slack. The lag runs from when Reddit first
    shows it for a minute until it is seen; never seen is an endless one.
    """

    recall_24h: float | None
    recall_final: float | None
    ceiling_24h: float | None
    lag_p50_minutes: float | None
    lag_p90_minutes: float | None


def recall(people: Population, created: Floats, high_at: Floats) -> Recall:
    """Judge a reader by when it first saw each thing at the threshold (inf: never)."""
    seen = high_at[people.crossed] - created[people.crossed]
    ended = high_at[people.ended] - created[people.ended]
    lags = lags_minutes(people, created, high_at)
    return Recall(
        _share(seen <= DAY_AGE + SLACK_SECONDS),
        _share(ended <= LAST_AGE + SLACK_SECONDS),
        _share(np.isfinite(people.crossed_shown)),
        _percentile(lags, 50),
        _percentile(lags, 90),
    )


def lags_minutes(people: Population, created: Floats, high_at: Floats) -> Floats:
    """Return how long those that Reddit showed at the threshold waited to be seen there."""
    could = np.isfinite(people.crossed_shown)
    crossed = people.crossed[could]
    age = high_at[crossed] - created[crossed]
    lags: Floats = np.maximum(0.0, age - people.crossed_shown[could]) / 60
    return lags


def recall_by_age(people: Population, created: Floats, high_at: Floats, hours: Floats) -> Floats:
    """Return, for ages in hours, which share of those that had crossed by then was seen by then."""
    seen = np.sort(high_at[people.crossed] - created[people.crossed])
    crossed = np.sort(people.crossed_age + LEAST_SECONDS)
    ages = hours * HOUR
    had = np.maximum(1, crossed.searchsorted(ages, side="right"))
    shares: Floats = np.minimum(1.0, seen.searchsorted(ages, side="right") / had)
    return shares


def _first(spans: Spans) -> tuple[Ints, Floats]:
    """Return the first span of each thing that lasts long enough."""
    lasting = spans.until - spans.since >= LEAST_SECONDS
    things, places = np.unique(spans.thing[lasting], return_index=True)
    return things, spans.since[lasting][places]


def _share(hits: NDArray[np.bool_]) -> float | None:
    return float(hits.mean()) if len(hits) else None


def _percentile(values: Floats, percent: float) -> float | None:
    if not len(values):
        return None
    place = min(len(values) - 1, int(len(values) * percent / 100))
    return float(np.partition(values, place)[place])
