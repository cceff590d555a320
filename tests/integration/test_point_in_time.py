"""What a reader saw at a commit, `as_of` tells later, whatever was late, rewritten or forgotten."""

import random

import pytest

import wsb_lake
from tests.support.lake_world import START, observation
from tests.support.points_in_time import PointsInTime
from wsb_lake.chores import Chore
from wsb_lake.forgetting.purge import purge

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600
RUNS = 4
GONE = {"state": "deleted", "body": None, "author": None}


def test_as_of_tells_what_a_reader_saw_at_each_commit(lake, stamped):
    """Late looks, looks out of order, and a thing that is deleted and purged on the way."""
    rng = random.Random(11)  # noqa: S311 - a repeatable course, not a secret
    stamped(lake)
    settings, job = lake.settings, lake.job()

    def open_reader():
        return wsb_lake.open(
            database=settings.database, region=settings.region, endpoint_url=settings.endpoint_url
        )

    points = PointsInTime(open_reader)
    for run in range(1, RUNS + 1):
        lake.clock.time = START + run * 6 * HOUR
        for _ in range(2):
            looks = [_look(rng, run) for _ in range(12)]
            if run == RUNS:
                looks.append(observation("comment", "t1_0", 0, run * 6 * HOUR - 1, **GONE))
            lake.land(*looks)
        job.run()
        points.take()
    lake.clock.time += 48 * HOUR
    lake.job([Chore("purge", 0, purge)]).run()
    left = open_reader().arrow.history("t1_0").to_pylist()
    assert [row["state"] for row in left] == ["deleted"]
    assert points.compared() > RUNS * 12


def _look(rng, run):
    number = rng.randrange(9)
    kind, prefix = rng.choice([("comment", "t1"), ("comment", "t1"), ("post", "t3")])
    return observation(
        kind,
        f"{prefix}_{number}",
        created=number * 5 * HOUR - 60 * HOUR if number else 0,
        observed=max(run * 6 * HOUR - rng.randrange(12 * HOUR) - 10, 60),
        score=rng.choice([None, 3, 500]),
        body=f"text {rng.random()}",
    )
