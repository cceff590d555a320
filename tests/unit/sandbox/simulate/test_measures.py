from types import SimpleNamespace

import numpy as np
import pytest

from sandbox.simulate.measures import (
    Population,
    Recall,
    lags_minutes,
    population,
    recall,
    recall_by_age,
)
from sandbox.simulate.trajectories import Spans

HOUR = 3600.0
CREATED = np.array([0.0, 100.0, 200.0, 300.0, 400.0])
NOBODY = Spans(np.empty(0, np.int64), np.empty(0), np.empty(0))
# the last one was at the score only while hidden
PEOPLE = Population(
    crossed=np.array([0, 1, 2, 3]),
    crossed_age=np.array([1, 2, 3, 4]) * HOUR,
    crossed_shown=np.array([1 * HOUR, 2 * HOUR, 3 * HOUR, np.inf]),
    ended=np.array([0, 2]),
    shown_spans=NOBODY,
)


def seen(*ages_hours):
    return CREATED + np.array(ages_hours) * HOUR


def test_recall_counts_what_was_seen_in_time():
    """By 24 h and half an hour for the one, by 36 h and half an hour for the other."""
    high_at = seen(1.1, 24.4, 24.6, np.inf, np.inf)
    assert recall(PEOPLE, CREATED, high_at) == Recall(
        recall_24h=0.5,
        recall_final=1.0,
        ceiling_24h=0.75,
        lag_p50_minutes=pytest.approx(21.6 * 60),
        lag_p90_minutes=pytest.approx(22.4 * 60),
    )
    late = seen(36.4, 24.4, 36.6, np.inf, np.inf)
    assert recall(PEOPLE, CREATED, late).recall_final == 0.5


def test_lag_runs_from_when_it_was_shown():
    """What was seen before it stayed there has no lag; what was never seen an endless one."""
    high_at = seen(1.5, 1.9, np.inf, 5, np.inf)
    assert lags_minutes(PEOPLE, CREATED, high_at).tolist() == [30.0, 0.0, np.inf]


def test_recall_by_age_is_of_those_that_had_crossed():
    """At each age, of those that had crossed, the share that was seen."""
    high_at = seen(1.5, 2.5, np.inf, np.inf, np.inf)
    ages = np.array([1.2, 1.6, 2.2, 3.2, 30])
    shares = recall_by_age(PEOPLE, CREATED, high_at, ages)
    assert shares.tolist() == [0, 1, 0.5, pytest.approx(2 / 3), 0.5]


def test_nothing_to_judge_is_no_figure():
    """A quiet hour without a crossing has no recall, not one of zero or all."""
    empty = np.empty(0, np.int64)
    nobody = Population(empty, np.empty(0), np.empty(0), empty, NOBODY)
    assert recall(nobody, CREATED, seen(1, 1, 1, 1, 1)) == Recall(None, None, None, None, None)


def spans(*each):
    thing, since, until = zip(*each, strict=True)
    return Spans(np.array(thing), np.array(since, float), np.array(until, float))


def test_who_counts_stayed_for_a_minute():
    """A shorter crossing, one after 24 h, and one that Reddit never showed do not count alike."""
    true = spans(
        (0, 100, 159),  # too short, then long enough
        (0, 500, 560),
        (1, 24 * HOUR - 59, 40 * HOUR),  # a second too late for 24 h; it is there at the end
        (2, 24 * HOUR - 60, 30 * HOUR),
        (3, 36 * HOUR - 10, 36 * HOUR + 10),  # there at the end, but for seconds only
    )
    shown = spans((0, 500, 560), (1, 24 * HOUR - 59, 40 * HOUR), (2, 25 * HOUR, 30 * HOUR))
    truth = SimpleNamespace(true=true, shown=shown)
    people = population(SimpleNamespace(truth=truth, timeline=range(4)))
    assert people.crossed.tolist() == [0, 2]
    assert people.crossed_age.tolist() == [500, 24 * HOUR - 60]
    assert people.crossed_shown.tolist() == [500, np.inf]
    assert people.ended.tolist() == [1]
