"""Looks that go together are as many as one by one, and find as much as soon."""

import numpy as np
import pytest

from producer.job import Purpose, Request
from producer.reddit.budget import Budget
from producer.reddit.question import Info
from sandbox.reddit.realism import Realism
from sandbox.simulate.asker import Weather
from sandbox.simulate.journal import PURPOSES
from sandbox.simulate.measures import lags_minutes, population
from sandbox.simulate.plan import Plan, tell
from sandbox.simulate.producing import Producing
from sandbox.simulate.profile import Profile
from sandbox.simulate.together import requests_in, requests_together

HOURS = 2
QUOTA = 60


@pytest.fixture(scope="module")
def told():
    return tell(Plan(Profile(60.0, 1.2), hours=HOURS, before_hours=0.5), Realism())


@pytest.fixture(scope="module")
def runs(told):
    """The same hours one by one, then together."""
    return [_run(told, exact=exact) for exact in (True, False)]


def _run(told, *, exact):
    producing = Producing(told, Realism(), QUOTA, Weather(), exact=exact)
    while producing.step() < told.start_at + HOURS * 3600:
        pass
    return producing.journal


def test_as_many_requests_go_for_each_purpose(told, runs):
    """Never more than the quota's 95 % in a minute, and for the same things."""
    until = told.start_at + HOURS * 3600
    alone, together = (run.requests() for run in runs)
    assert together.most_in_a_minute() <= Budget(QUOTA, 0.0).per_minute
    mean = alone.mean_per_minute(told.start_at, until)
    assert mean[Purpose.LOOK] > QUOTA / 2
    for purpose in PURPOSES:
        assert together.mean_per_minute(told.start_at, until)[purpose] == pytest.approx(
            mean[purpose], rel=0.04, abs=0.1
        )


def test_what_is_shown_is_the_same(told, runs):
    """The same comments are read, but for some that live for seconds, and seen as often."""
    alone, together = runs
    created = told.story.timeline.created
    settled = created < told.start_at + HOURS * 3600 - 120
    seen = np.isfinite(alone.shown_at)
    assert np.count_nonzero(seen & settled) > 50 * 60 * HOURS
    others = (seen != np.isfinite(together.shown_at)) & settled
    assert np.count_nonzero(others) < 0.002 * np.count_nonzero(seen & settled)
    assert together.looks.sum() == pytest.approx(alone.looks.sum(), rel=0.03)


def test_crossings_are_seen_as_soon(told, runs):
    """To half a minute: four seconds of looks go at once."""
    people, created = population(told.story), told.story.timeline.created
    halves = []
    for run in runs:
        lags = lags_minutes(people, created, run.high_at)
        halves.append(np.median(lags[np.isfinite(lags)]))
    assert halves[1] == pytest.approx(halves[0], abs=0.5)


def test_how_many_go_together():
    """Those of four seconds, six at most; a slow quota's go one by one."""
    assert [requests_together(Budget(quota, 0.0)) for quota in (1000, 100, 60, 30, 10)] == [
        6,
        6,
        3,
        1,
        1,
    ]


@pytest.mark.parametrize(("ids", "requests"), [(1, 1), (100, 1), (101, 2), (600, 6)])
def test_a_request_counts_for_each_hundred_ids(ids, requests):
    look = Request(Info(("t1_x",) * ids), Purpose.LOOK, None)
    assert requests_in(look) == requests
