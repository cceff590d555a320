"""The summary names what is wrong with a run, and claims nothing about what nobody knows."""

from pathlib import Path

import pytest

from sandbox.audit import Account, StreamBook
from sandbox.demo.options import HOURS_MOST, Options
from sandbox.demo.snapshot import Snapshot
from sandbox.demo.summary import account_table, summarise

ACCOUNT = Account(9, 9, 9, (), (), (), (), (), 0, (), (), 3, 3, (), (), 1.0)
STREAM = StreamBook(frozenset(), {}, frozenset(), 0, 9, 0)
PACE = {"speed_mean": 1.0, "wall_seconds": 2.0, "setup_seconds": 3.0}


def summary(*, live=False, **changes):
    figures = dict.fromkeys(Snapshot.__dataclass_fields__, 0) | changes
    options = Options(build=Path(), live=live, requests_per_minute=30)
    return summarise(options, ACCOUNT, STREAM, Snapshot(**figures), PACE)


def test_a_run_in_order_has_no_problems():
    """And every figure of it has its line in the table."""
    assert summary(requests_per_minute_max=30)["problems"] == []
    assert account_table(summary()).row_count > 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dead_letters": 2}, "2 of the producer's"),
        ({"requests_per_minute_max": 31}, "31 requests"),
    ],
)
def test_records_refused_and_a_quota_overrun_are_problems(changes, said):
    """The producer writes nothing that is not valid, and keeps to what it may ask."""
    (problem,) = summary(**changes)["problems"]
    assert said in problem


def test_a_live_run_claims_nothing_that_only_reddit_knows():
    """Not what was served, nor how much of it was read or recalled."""
    found = summary(live=True, requests_per_minute_max=None)
    assert {found[name] for name in ("served", "read", "kept_expected", "recall_true")} == {None}
    assert (found["acknowledged"], found["kept"], found["problems"]) == (9, 3, [])


@pytest.mark.parametrize(("hours", "kept_for"), [(6.0, 24), (22.0, 24), (23.0, 36)])
def test_the_stream_keeps_what_the_account_reads_at_the_end(hours, kept_for):
    """Else what was lost early would look as if it had never been sent."""
    assert Options(build=Path(), hours=hours).stream_retention_hours == kept_for
    assert kept_for > hours + 1
    assert HOURS_MOST < 36
