"""Another `min_score` than 10 is another threshold, for all that depends on it."""

import pytest

from tests.support.producer_fakes import comment
from tests.support.producer_world import ProducerWorld

FIRST_FIXED_LOOK_SECONDS = 15 * 60


def risen_to(score):
    """Return the score of a comment that gets its last point after two minutes."""
    return lambda age: score - (age < 120)


@pytest.mark.parametrize(
    ("min_score", "top", "scores"),
    [(10, 10, [9, 10]), (25, 25, [24, 25]), (25, 10, [9]), (10, 25, [24])],
)
def test_a_first_crossing_is_told_at_once(min_score, top, scores):
    """One point alone is worth no record between the fixed ages, unless it is the last needed."""
    world = ProducerWorld(
        [comment(1, _score=risen_to(top))], environment={"WSB_MIN_SCORE": str(min_score)}
    )
    world.deliver(FIRST_FIXED_LOOK_SECONDS - 30)
    assert [record["score"] for record in world.of("t1_c1")] == scores
    assert [record["peak_score"] for record in world.of("t1_c1")] == scores
