import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.reddit.trajectory import Trajectory

LOOKS = st.lists(st.tuples(st.integers(0, 500), st.integers(-20, 200)), max_size=8).map(sorted)


def test_moves_in_straight_lines_rounded_down():
    """Half way from 1 to 4 a thing shows 2."""
    trajectory = Trajectory(100, 1, [(200, 4), (300, 4)])
    assert [trajectory.at(t) for t in (100, 150, 199, 200, 250, 10_000)] == [1, 2, 3, 4, 4, 4]


def test_falls_below_zero_rounded_down_too():
    """Rounding is down, not towards zero."""
    assert Trajectory(0, 1, [(100, -2)]).at(50) == -1


def test_a_look_before_the_creation_counts_a_second_after_it():
    """Hourly stamps may precede the thing they show."""
    trajectory = Trajectory(100, 1, [(40, 7)])
    assert [trajectory.at(t) for t in (100, 101, 500)] == [1, 7, 7]


def test_before_the_creation_it_shows_the_first_value():
    """Nobody asks, but a cache may be behind."""
    assert Trajectory(100, 1, [(200, 4)]).at(0) == 1


@given(looks=LOOKS, since=st.integers(0, 600), span=st.integers(0, 600))
def test_peak_is_the_highest_value_shown(looks, since, span):
    """No moment of the span shows more, and one shows as much."""
    trajectory = Trajectory(100, 1, looks)
    shown = [trajectory.at(since + t) for t in range(span + 1)]
    assert trajectory.peak(since, since + span) == max(shown)


@given(looks=LOOKS, since=st.integers(0, 600), span=st.integers(1, 600), value=st.integers(-5, 50))
def test_a_value_is_reached_when_it_is_first_shown(looks, since, span, value):
    """It agrees with the peak of the span, and before it, no second shows as much."""
    trajectory = Trajectory(100, 1, looks)
    moment = trajectory.reaches_at(value, since, since + span)
    until = since + span if moment is None else moment
    assert all(trajectory.at(t) < value for t in range(since, since + span) if t < until)
    if moment is not None:
        shown = trajectory.exact(moment)
        assert shown == pytest.approx(value) or (moment == since and shown > value)


@given(looks=LOOKS, since=st.integers(0, 600), span=st.integers(1, 600), value=st.integers(-5, 50))
def test_how_long_a_value_lasts_is_how_long_it_is_shown(looks, since, span, value):
    """To a second at each end; the lowest value lasts for the whole span."""
    trajectory = Trajectory(100, 1, looks)
    longest = run = 0
    for second in range(since, since + span + 1):
        run = run + 1 if trajectory.at(second) >= value else 0
        longest = max(longest, run)
    lasts = trajectory.longest_seconds(value, since, since + span)
    assert longest - 1 <= lasts + 1e-6 <= longest + 1 + 1e-5
    lowest = trajectory.lowest(since, since + span)
    assert lowest == min(trajectory.at(t) for t in range(since, since + span + 1))
    assert trajectory.longest_seconds(lowest, since, since + span) == pytest.approx(span)
