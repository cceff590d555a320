"""The summary names what is wrong with a run, and claims nothing about what nobody knows."""

from pathlib import Path

import pytest

from sandbox.audit import Audit, Finding, Freshness, StreamLedger
from sandbox.demo.options import HOURS_MOST, Options
from sandbox.demo.summary import audit_table, summarise
from tests.support.demo_snapshots import snapshot

AUDIT = Audit(9, 8, 7, 3, 4, 0.75, {}, flagged=6)
STREAM = StreamLedger((b"{}",) * 6, frozenset(), 0, 5)
PACE = {"speed_mean": 61.0, "wall_seconds": 2.04, "setup_seconds": 3.0}


FRESH = Freshness(5, 9.5, 25.1)  # at a speed that says nothing of it


def summary(audited=AUDIT, stalled=(), notes=(), pace=PACE, **changes):
    options = Options(build=Path(), hours=1.5, requests_per_minute=30)
    return summarise(
        options,
        audited,
        STREAM,
        snapshot(**changes),
        pace,
        fresh=FRESH,
        stalled=stalled,
        notes=notes,
    )


def test_a_run_in_order_has_no_problems():
    """Every figure is in its place, and has its line in the table."""
    found = summary(requests_per_minute_max=30, passed=2, requests=99, notes=("slow",))
    assert found == {
        "served": 9, "read": 8, "acknowledged": 7, "missing": 0, "flagged": 6, "duplicates": 0,
        "kept": 3, "kept_expected": 4, "recall_true": 0.75, "dead_letters": 0, "gaps": 5,
        "observations": 6, "observations_passed": 2, "requests": 99,
        "queryable_minutes_p50": 9.5, "queryable_minutes_p95": 25.1,
        "requests_per_minute_mean": 1.1, "requests_per_minute_max": 30,
        "simulated_hours": 1.5, "speed_mean": 61.0, "wall_seconds": 2.0, "setup_seconds": 3.0,
        "problems": [], "notes": ["slow"],
    }  # fmt: skip
    assert audit_table(found).row_count > 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dead_letters": 2}, "2 of the producer's"),
        ({"requests_per_minute_max": 31}, "31 requests"),
        ({"stalled": ["nothing moved"]}, "stalled: nothing moved"),
        ({"pace": PACE | {"speed_mean": 60.0}}, "more than 25.1 minutes from acknowledged"),
        (
            {"audited": Audit(9, 8, 7, 3, 4, 0.75, {Finding.UNREAD: ("t1_a",)})},
            "1 served by Reddit but never read (e.g. t1_a)",
        ),
    ],
)
def test_each_kind_of_problem_is_among_the_problems(changes, said):
    """What the audit found, a record refused, a quota overrun, and a step that stalled."""
    (problem,) = summary(**changes)["problems"]
    assert said in problem


@pytest.mark.parametrize(("hours", "kept_for"), [(6.0, 24), (22.0, 24), (23.0, 36)])
def test_the_stream_keeps_what_the_audit_reads_at_the_end(hours, kept_for):
    """Else what was lost early would look as if it had never been sent."""
    assert Options(build=Path(), hours=hours).stream_retention_hours == kept_for
    assert kept_for > hours + 1
    assert HOURS_MOST < 36
