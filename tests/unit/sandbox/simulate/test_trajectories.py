from random import Random

import numpy as np
import pytest

from sandbox.reddit.trajectory import Trajectory
from sandbox.simulate.trajectories import Toggles, Trajectories, reaching, spans_of_all


def drawn(seed, count=60):
    random = Random(seed)  # noqa: S311 - draws that can be made again
    things = []
    for _ in range(count):
        ages = sorted(random.sample(range(1, 5000), random.randint(0, 12)))
        things.append([(0, 1), *((age, random.randint(-8, 25)) for age in ages)])
    return things


def columns(things):
    offsets = np.cumsum([0, *map(len, things)])
    ages = np.array([age for points in things for age, _ in points], np.float64)
    values = np.array([value for points in things for _, value in points], np.int64)
    return Trajectories(offsets, ages, values)


def shown_after(things, steps, age):
    shown = columns(things).firsts.copy()
    passed = steps.age <= age
    shown[steps.thing[passed]] = steps.score[passed]
    return shown.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_steps_are_what_the_trajectory_shows(seed):
    """Between any two moments the score is that of the replay server's trajectory."""
    things = drawn(seed)
    steps = columns(things).steps()
    single = [Trajectory(0, 1, points[1:]) for points in things]
    for age in np.random.default_rng(seed).uniform(0, 6000, 50):
        assert shown_after(things, steps, age) == [one.at(age) for one in single]


def test_a_great_score_moves_in_few_steps_and_ends_right():
    """Ten thousand points are not ten thousand events; the last of them is exact."""
    steps = columns([[(0, 1), (100, 10_001), (200, 1)]]).steps()
    assert len(steps.score) == 400
    assert steps.score[[199, -1]].tolist() == [10_001, 1]


def test_a_zero_length_crossing_lasts_no_time():
    """A look at exactly the threshold between lower ones is at it for an instant only."""
    trajectories = columns([[(0, 1), (90, 10), (180, 1)]])
    high = reaching(trajectories.steps(), trajectories.firsts, 10)
    always = Toggles(np.array([0]), np.array([0.0]), np.array([True]))
    assert len(spans_of_all([high, always]).thing) == 0


@pytest.mark.parametrize("seed", range(5))
def test_spans_are_where_all_conditions_hold(seed):
    """Spans agree with looking at every moment."""
    things = drawn(seed)
    trajectories = columns(things)
    high = reaching(trajectories.steps(), trajectories.firsts, 10)
    since = np.random.default_rng(seed).uniform(0, 3000, len(things))
    late = Toggles(np.arange(len(things)), since, np.ones(len(things), bool))
    spans = spans_of_all([late, high])
    single = [Trajectory(0, 1, points[1:]) for points in things]
    for age in np.random.default_rng(seed).uniform(0, 6000, 80):
        held = {int(thing) for thing, begin, end in zip(*spans, strict=True) if begin <= age < end}
        expected = {at for at, one in enumerate(single) if one.at(age) >= 10 and age >= since[at]}
        assert held == expected


def test_spans_that_touch_are_one():
    """What ends and begins at the same moment never ended."""
    thing = np.zeros(3, np.int64)
    blinks = Toggles(thing, np.array([1.0, 5.0, 5.0]), np.array([True, False, True]))
    assert [part.tolist() for part in spans_of_all([blinks])] == [[0], [1.0], [np.inf]]
