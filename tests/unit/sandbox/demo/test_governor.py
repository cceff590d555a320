"""The clock runs as fast as the slowest part of the pipeline allows, and never stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.demo.governor import LIMITS, SLOWEST_SHARE, allowed_speed

lags = st.fixed_dictionaries({name: st.floats(0, 1e6) for name in LIMITS})


def test_without_lag_it_runs_at_the_maximum():
    """SPEED is reached when nothing lags."""
    assert allowed_speed(120, dict.fromkeys(LIMITS, 0.0)) == 120


@pytest.mark.parametrize("name", LIMITS)
def test_a_part_in_alarm_slows_the_clock_to_a_crawl(name):
    """One part that is far behind is enough."""
    speed = allowed_speed(100, {**dict.fromkeys(LIMITS, 0.0), name: LIMITS[name].alarm})
    assert speed == pytest.approx(100 * SLOWEST_SHARE)


@given(lags, st.sampled_from(sorted(LIMITS)), st.floats(0, 1e6))
def test_more_lag_never_makes_it_faster(before, name, more):
    """The speed is monotonic in every lag, positive and at most the maximum."""
    slow, fast = (
        allowed_speed(120, {**before, name: before[name] + more}),
        allowed_speed(120, before),
    )
    assert 0 < slow <= fast <= 120
