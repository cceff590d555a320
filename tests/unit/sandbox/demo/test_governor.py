"""The clock runs as fast as the slowest part of the pipeline allows, and never stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.demo.governor import LIMITS, SLOWEST, allowed_speed

lags = st.fixed_dictionaries({name: st.floats(0, 1e6) for name in LIMITS})
speeds = st.floats(1, 10_000)


def test_without_lag_it_runs_at_the_maximum():
    """SPEED is reached when nothing lags."""
    assert allowed_speed(120, dict.fromkeys(LIMITS, 0.0)) == 120


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("maximum", [1, 100])
def test_a_part_in_alarm_slows_the_clock_to_a_crawl(name, maximum):
    """One part that is far behind is enough."""
    speed = allowed_speed(maximum, {**dict.fromkeys(LIMITS, 0.0), name: LIMITS[name].alarm})
    assert speed == min(SLOWEST, maximum)


@given(speeds, lags, st.sampled_from(sorted(LIMITS)), st.floats(0, 1e6))
def test_more_lag_never_makes_it_faster(maximum, before, name, more):
    """The speed is monotonic in every lag, positive and at most the maximum."""
    slow, fast = (
        allowed_speed(maximum, {**before, name: before[name] + more}),
        allowed_speed(maximum, before),
    )
    assert 0 < slow <= fast <= maximum


@given(speeds, lags, st.floats(0.01, 5))
def test_no_lag_gets_to_its_alarm_between_two_looks(maximum, before, look_seconds):
    """Even if nothing moves meanwhile, but at the slowest speed."""
    speed = allowed_speed(maximum, before, look_seconds)
    for name, lag in before.items():
        later = lag + speed * look_seconds
        assert speed <= SLOWEST or later <= LIMITS[name].alarm * (1 + 1e-9)
