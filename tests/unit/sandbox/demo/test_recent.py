"""What happened lately, and what a machine that is too slow for the quota is told."""

from pathlib import Path

import pytest

from sandbox.demo.options import Options
from sandbox.demo.recent import Recent
from tests.support.demo_snapshots import snapshot


def recent_of(*snapshots, hours=1):
    recent = Recent(Options(build=Path(), hours=hours), snapshots[0])
    for one in snapshots[1:]:
        recent.add(one)
    return recent


def minutes(count, **per_minute):
    """Return a snapshot a minute, at 120 times the wall; each figure grows by so much."""
    return [
        snapshot(at=60.0 * n, wall_at=0.5 * n, **{name: n * by for name, by in per_minute.items()})
        for n in range(count)
    ]


def test_rates_are_those_of_the_last_five_minutes():
    """What came before them is forgotten."""
    early = minutes(10, sent=1000)
    late = [snapshot(at=600.0 + 60 * n, wall_at=9 + n, sent=9000 + 7 * n) for n in range(7)]
    recent = recent_of(*early, *late)
    assert recent.per_minute("sent") == 7
    assert recent.pace == 60
    assert recent.now.sent == 9042


def test_a_clock_that_stands_keeps_the_pace_it_had():
    """What lags in the drain lags by seconds, however long Flink reads on."""
    steps = minutes(3)
    waiting = [snapshot(at=120.0, wall_at=1.0 + n) for n in range(60)]
    assert recent_of(*steps, *waiting).pace == 120


def test_what_is_reached_after_the_window_is_not_looked_for():
    """The clock runs on in the drain; the share found is that of the window."""
    steps = [snapshot(at=900.0 * n, reached=n, found=n) for n in range(9)]
    assert recent_of(*steps, hours=1).now.reached == 4
    assert recent_of(*steps[:4], hours=1).now.reached == 3


def test_nothing_is_known_of_a_single_moment():
    """No rate, no pace, and nobody to slow the clock for."""
    recent = recent_of(snapshot(at=7.0))
    assert (recent.per_minute("sent"), recent.pace, recent.spent_share) == (0, 0, 1)


@pytest.mark.parametrize(
    ("read", "askable"),
    [(0, 4), (1000, 14), (100_000, 28.5)],
    ids=["polls", "polls and ten looks", "no more than the quota"],
)
def test_what_could_be_asked_are_polls_and_looks_at_all_that_was_read(read, askable):
    """A hundred things a look, once a minute, and a twentieth of the quota stays in reserve."""
    steps = [snapshot(at=60.0 * n, requests=10 * n, looks=6 * n, read=read) for n in range(3)]
    recent = recent_of(*steps)
    assert recent.askable_per_minute == askable
    assert recent.spent_share == min(1, 10 / askable)
    assert recent.askable == pytest.approx(2 * askable, rel=0.6)


def test_live_reddit_counts_nothing():
    """None is no figure to reckon with."""
    nothing = {"requests": None, "looks": None, "read": None}
    recent = recent_of(snapshot(**nothing), snapshot(at=60.0, **nothing))
    assert (recent.per_minute("requests"), recent.spent_share) == (0, 1)


@pytest.mark.parametrize(
    ("asked_per_minute", "note"),
    [
        (28, None),
        (17, None),
        (
            7,
            "This machine could ask 7 of 30 requests a simulated minute: SPEED=30 finds more.",
        ),
    ],
)
def test_quota_left_although_there_was_work_is_said(asked_per_minute, note):
    """With the speed at which it would be spent."""
    steps = minutes(60, requests=asked_per_minute)
    recent = recent_of(*[snapshot(at=s.at, requests=s.requests, read=50_000) for s in steps])
    assert recent.note(speed=80.0) == note
