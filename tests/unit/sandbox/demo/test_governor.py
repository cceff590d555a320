"""The clock runs as fast as the slowest part of the pipeline allows, and never stops."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.demo.governor import (
    GOVERN_EVERY_SECONDS,
    LIMITS,
    SLOWEST,
    SPENT_SHARE,
    allowed_speed,
    spending_speed,
)
from sandbox.demo.options import Options
from sandbox.demo.recent import Recent
from tests.support.demo_snapshots import snapshot

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


class Machine:
    """One that can make so many requests in a second of the wall, whatever the clock does."""

    def __init__(self, per_second, maximum=120.0):
        self.per_second = per_second
        self.maximum = self.speed = maximum
        self.now = snapshot(read=100_000)
        self.recent = Recent(Options(build=Path(), hours=99), self.now)
        self.speeds = []

    def run(self, wall_seconds):
        for _ in range(round(wall_seconds / GOVERN_EVERY_SECONDS)):
            minutes = self.speed * GOVERN_EVERY_SECONDS / 60
            asked = min(28.5 * minutes, self.per_second * GOVERN_EVERY_SECONDS)
            self.now = replace(
                self.now, at=self.now.at + 60 * minutes, requests=self.now.requests + asked
            )
            self.recent.add(self.now)
            self.speed = spending_speed(self.speed, self.maximum, self.recent.spent_share, minutes)
            self.speeds.append(self.speed)
        return self.speed


def test_a_machine_that_spends_the_quota_runs_at_the_maximum():
    """Nothing is given up where nothing is gained."""
    machine = Machine(per_second=60)
    machine.run(60)
    assert set(machine.speeds) == {120}


@pytest.mark.parametrize("per_second", [12.0, 16.0, 20.0])
def test_a_slow_machine_settles_where_it_spends_the_share_it_should(per_second):
    """Without swinging: it never falls far below, and once there it stays."""
    machine = Machine(per_second)
    settled = machine.run(120)
    assert settled == pytest.approx(60 * per_second / (28.5 * SPENT_SHARE), rel=0.02)
    assert min(machine.speeds) > 0.95 * settled
    assert max(machine.speeds[-300:]) < 1.02 * settled


def test_the_clock_is_fast_again_once_the_machine_is():
    """A neighbour's compiler has ended."""
    machine = Machine(per_second=12)
    machine.run(60)
    machine.per_second = 60
    assert machine.run(60) == 120


@pytest.mark.parametrize(("maximum", "slowest"), [(120, 40), (30, 20), (10, 10)])
def test_no_machine_is_so_slow_that_a_run_never_ends(maximum, slowest):
    """Three times as long at most; what is lost then is said in the summary."""
    assert Machine(per_second=0.5, maximum=maximum).run(120) == slowest


@given(speeds, speeds, st.floats(0, 1), st.floats(0, 1), st.floats(0, 60))
def test_more_spent_never_makes_it_slower(speed, maximum, share, more, minutes):
    """And it stays within its bounds."""
    slow = spending_speed(speed, maximum, share, minutes)
    assert 0 < slow <= spending_speed(speed, maximum, min(1, share + more), minutes) <= maximum
