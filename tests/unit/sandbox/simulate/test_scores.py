from random import Random

import numpy as np
import pytest

from sandbox.reddit.generator.scores import Scores
from sandbox.simulate import scores
from sandbox.simulate.trajectories import reaching

THRESHOLD = 10
SECONDS_PER_HOUR = 3600


def one_by_one(count):
    """Return (end, hours of age when first seen at the threshold, looks at it) of each."""
    drawn = Scores(Random(7))  # noqa: S311 - draws that can be made again
    found = []
    for _ in range(count):
        end = drawn.end(1.0)
        looks = drawn.looks(end)
        ages = [age for age, score in looks if score >= THRESHOLD]
        found.append((end, ages[0] if ages else np.inf, len(ages)))
    return found


def all_at_once(count):
    random = np.random.default_rng(7)
    ends = scores.ends(random, count)
    drawn = scores.trajectories(random, ends)
    found = []
    for number, end in enumerate(ends.tolist()):
        points = slice(drawn.offsets[number] + 1, drawn.offsets[number + 1])
        high = drawn.values[points] >= THRESHOLD
        ages = drawn.ages[points][high] / SECONDS_PER_HOUR
        found.append((end, ages[0] if len(ages) else np.inf, len(ages)))
    return found


def test_drawn_at_once_they_are_like_those_drawn_one_by_one():
    """The simulation's comments have the distribution of the generated day, which is measured."""
    singly, together = np.array(one_by_one(40_000)), np.array(all_at_once(40_000))
    shares = [np.mean(drawn[:, 0] >= THRESHOLD) for drawn in (singly, together)]
    assert shares == pytest.approx([0.058, 0.058], abs=0.004)
    for low in (-12, 0, 1, 2, 5, 9):
        counts = [np.mean(drawn[:, 0] == low) for drawn in (singly, together)]
        assert counts[1] == pytest.approx(counts[0], abs=0.006)
    risen = [drawn[drawn[:, 0] >= THRESHOLD] for drawn in (singly, together)]
    for percent in (10, 50, 90):
        heights = [np.percentile(drawn[:, 0], percent) for drawn in risen]
        assert heights[1] == pytest.approx(heights[0], rel=0.12)
    for hours in (0.25, 0.5, 1, 2, 4, 8, 16, 24):
        by_then = [np.mean(drawn[:, 1] <= hours) for drawn in risen]
        assert by_then[1] == pytest.approx(by_then[0], abs=0.03)
    touched = [
        np.mean(np.isfinite(drawn[drawn[:, 0] < THRESHOLD][:, 1])) for drawn in (singly, together)
    ]
    assert touched[1] == pytest.approx(touched[0], abs=0.0015)
    assert touched[0] > 0


def test_chaff_never_reaches_the_threshold():
    """What real trajectories ride in adds load and nothing else."""
    random = np.random.default_rng(3)
    drawn = scores.trajectories(random, scores.ends(random, 50_000, high=False), high=False)
    assert drawn.values.max() == THRESHOLD - 1
    assert len(reaching(drawn.steps(), drawn.firsts, THRESHOLD).thing) == 0


def test_every_comment_is_born_with_one_point():
    """A score is 1 at birth and ends at what was drawn."""
    random = np.random.default_rng(3)
    ends = scores.ends(random, 5000)
    drawn = scores.trajectories(random, ends)
    assert set(drawn.firsts.tolist()) == {1}
    assert drawn.values[drawn.offsets[1:] - 1].tolist() == ends.tolist()
