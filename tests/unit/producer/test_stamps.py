"""No two answers share a millisecond, whatever the wall's clock does."""

from hypothesis import given
from hypothesis import strategies as st

from producer.stamps import HELD_BACK_SECONDS, REMEMBERED, Stamps
from tests.support.producer_fakes import START


def test_stamps_are_the_walls_milliseconds():
    stamps = Stamps()
    assert [stamps.next(START + at) for at in (0.0, 0.0014, 7.0)] == [
        START,
        START + 0.001,
        START + 7.0,
    ]


def test_two_answers_at_one_moment_are_told_apart():
    stamps = Stamps()
    assert [stamps.next(START) for _ in range(3)] == [START, START + 0.001, START + 0.002]


def test_after_a_small_step_back_what_comes_later_says_so():
    stamps = Stamps()
    stamps.next(START)
    assert stamps.next(START - 59.9) == START + 0.001
    assert stamps.next(START + 0.5) == START + 0.5


def test_after_a_longer_step_back_stamps_follow_the_wall():
    """The filter takes nothing from the future; what was given out then is not given again."""
    stamps = Stamps()
    for number in range(600):
        stamps.next(START + number)
    assert stamps.next(START) == START + 0.001
    assert stamps.next(START + 1) == START + 1.001
    assert stamps.next(START + 1) == START + 1.002


@given(st.lists(st.floats(-700, 700), max_size=200))
def test_no_stamp_is_given_twice_nor_far_from_the_wall(steps):
    stamps, wall, given_out = Stamps(), START, []
    for step in steps:
        wall += step
        stamp = stamps.next(wall)
        assert -0.002 < stamp - wall <= HELD_BACK_SECONDS + 1
        given_out.append(stamp)
    assert len(given_out) == len(set(given_out))


def test_what_it_remembers_is_bounded():
    stamps = Stamps()
    for number in range(REMEMBERED + 100):
        stamps.next(START + number)
    assert len(stamps._known) == REMEMBERED
