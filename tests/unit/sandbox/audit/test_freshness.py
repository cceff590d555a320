"""Acknowledged → queryable: measured on the clock, of what the drain did not hurry."""

import pytest

from sandbox.audit import Freshness, LakeLedger, StreamLedger
from sandbox.audit.rows import Identity

DRAIN = 100_000.0


def ledgers(waits, arrived=0.0):
    """Return the ledgers of observations that took so many minutes each."""
    names = [Identity(f"t1_{number}", "then") for number in range(len(waits))]
    stream = StreamLedger((), frozenset(), 0, 0, dict.fromkeys(names, arrived))
    landed = {name: arrived + 60 * wait for name, wait in zip(names, waits, strict=True)}
    return stream, LakeLedger((), (), landed)


def test_half_and_95_in_100_do_not_exceed_the_figures():
    found = Freshness.of(*ledgers(range(1, 101)), DRAIN)
    assert found == Freshness(100, 50.0, 95.0)


def test_what_the_drain_hurries_is_left_out():
    """All that was acknowledged in the last 25 minutes before it."""
    assert Freshness.of(*ledgers([7], DRAIN - 1500.0), DRAIN).observations == 1
    assert Freshness.of(*ledgers([7], DRAIN - 1499.9), DRAIN) == Freshness(0, None, None)


def test_what_was_never_acknowledged_has_no_wait():
    """The audit tells of it; here it must not stop the count."""
    stream, lake = ledgers([7, 8])
    acknowledged = {name: at for name, at in stream.arrived_at.items() if name.id == "t1_0"}
    only = StreamLedger((), frozenset(), 0, 0, acknowledged)
    assert Freshness.of(only, lake, DRAIN) == Freshness(1, 7.0, 7.0)


@pytest.mark.parametrize(
    ("p95", "speed", "wrong"),
    [(25.0, 1.0, False), (25.1, 1.0, True), (25.1, 60.0, True), (25.1, 60.1, False)],
)
def test_more_than_25_minutes_are_a_problem_while_the_clock_can_be_judged(p95, speed, wrong):
    assert bool(Freshness(9, 1.0, p95).problem(speed)) is wrong


def test_of_nothing_nothing_is_said():
    assert Freshness(0, None, None).problem(1.0) is None
