"""The purge on moto: what was deleted is gone from every file, and the ledger says so last."""

import pytest

from contract import format_instant
from tests.support.lake_files import footer_bounds, holders
from tests.support.lake_world import START, SimulatedCrash, crash_at
from tests.support.looks import live, looks, tombstone
from wsb_lake.chores import Chore
from wsb_lake.errors import ForeignDeletesError
from wsb_lake.forgetting import purge as purging
from wsb_lake.forgetting.purge import ORPHAN_SECONDS, purge
from wsb_lake.forgetting.rewriting import Exchange
from wsb_lake.job.lock import LOCK_SECONDS

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

DAY = 86_400.0
HOUR = 3600.0
SECRET, NAME = "the planted body", "the_planted_author"
PURGE = Chore("purge", 0, purge)


@pytest.fixture
def lake(new_lake, stamped):
    made = new_lake()
    stamped(made)
    return made


def planted(thing, observed, **fields):
    return live(thing, observed, body=SECRET, author=NAME, **fields)


def run_purge(lake, time_left=lambda: True):
    """Run the job with the purge alone; returns (counts, complete)."""
    done = []

    def noted(work):
        done.append(purge(work))
        return done[-1]

    lake.clock.time += 1
    lake.job([Chore("purge", 0, noted)]).run(lambda: 1000 * time_left())
    return done[-1]


def two_days(lake):
    """Land what is forgotten and what stays, over two created days and two kinds."""
    lake.land(planted("t1_a", 100), live("t1_b", 100), planted("t3_a", 100, title="moon"))
    lake.job().run()
    lake.land(planted("t1_a", 200), planted("t1_c", DAY + 100, created=DAY), live("t3_b", 120))
    lake.job().run()
    lake.land(tombstone("t1_a", 300), tombstone("t1_c", DAY + 300, "removed", created=DAY))
    lake.land(tombstone("t3_a", 300, "absent"), live("t1_b", 300, score=99))
    lake.clock.time = START + 2 * DAY
    lake.job().run()


KEPT = [
    ("t1_a", 300.0, "deleted"),
    ("t1_b", 100.0, "live"),
    ("t1_b", 300.0, "live"),
    ("t1_c", DAY + 300, "removed"),
]


def assert_forgotten(lake):
    assert holders(lake, SECRET, NAME) == {SECRET: set(), NAME: set()}
    assert looks(lake) == KEPT
    assert looks(lake, "posts") == [("t3_a", 300.0, "absent"), ("t3_b", 120.0, "live")]


def purged_at(lake):
    return {
        format_instant(row["purged_at"].timestamp()) if row["purged_at"] else None
        for row in lake.rows("tombstones")
    }


def test_rows_and_the_files_that_held_them_are_gone(lake):
    """Data, manifests, footers; other rows keep every value; the ledger says when."""
    two_days(lake)
    assert all(holders(lake, SECRET, NAME).values())
    before = {(r["id"], r["observed_at"]): r for r in lake.rows("comments") if r["id"] == "t1_b"}
    counts, complete = run_purge(lake)
    assert_forgotten(lake)
    assert (counts["tombstones"], counts["rows"], counts["waiting"], complete) == (3, 4, 0, True)
    assert before == {
        (r["id"], r["observed_at"]): r for r in lake.rows("comments") if r["id"] == "t1_b"
    }
    assert purged_at(lake) == {format_instant(lake.clock.time)}
    again, complete = run_purge(lake)
    assert (sum(again.values()), complete) == (0, True)


def test_no_footer_holds_a_bound_of_a_personal_column(lake):
    """Neither of what the job wrote nor of what the purge wrote again."""
    two_days(lake)
    for _ in range(2):
        data = [key for key in lake.keys("tables/") if key.endswith(".parquet")]
        assert data
        for key in data:
            body = lake.aws.s3.get_object(Bucket=lake.settings.bucket, Key=key)["Body"].read()
            bounded = footer_bounds(body)
            assert not bounded & {"body", "author", "author_id", "permalink", "title", "url"}
            assert "landed_at" in bounded
        run_purge(lake)


def test_what_came_after_the_tombstone_stays(lake):
    """A moderator's approval, whole; what was before the removal goes all the same."""
    lake.land(planted("t1_a", 100), tombstone("t1_a", 200, "removed"))
    lake.land(live("t1_a", 300, body="approved", score=77), planted("t1_a", 199))
    lake.job().run()
    run_purge(lake)
    assert looks(lake) == [("t1_a", 200.0, "removed"), ("t1_a", 300.0, "live")]
    approved = lake.rows("comments")[-1]
    assert (approved["body"], approved["score"]) == ("approved", 77)
    assert holders(lake, SECRET)[SECRET] == set()


def test_a_live_look_of_the_tombstones_own_instant_goes_too(lake):
    """It landed first, so that the tombstone's row was taken for its duplicate."""
    lake.land(planted("t1_a", 200))
    lake.job().run()
    lake.land(tombstone("t1_a", 200))
    lake.job().run()
    run_purge(lake)
    assert looks(lake) == []
    assert holders(lake, SECRET)[SECRET] == set()


def test_a_purged_row_does_not_come_back(lake):
    """Replayed after the purge, late and out of order; another purge finds nothing to do."""
    two_days(lake)
    run_purge(lake)
    lake.land(planted("t1_c", DAY + 100, created=DAY), planted("t1_a", 200))
    lake.land(planted("t1_a", 100), planted("t3_a", 100), tombstone("t1_a", 300))
    lake.job().run()
    assert_forgotten(lake)
    assert len(lake.rows("tombstones")) == 3


def test_files_without_such_rows_are_not_rewritten(lake):
    """Only the partitions, and in them the files, that hold what goes."""
    two_days(lake)
    lake.land(live("t1_z", 5 * DAY + 1, created=5 * DAY))
    lake.job().run()
    untouched = [key for key in lake.keys("tables/comments/data/") if "2021-01-06" in key]
    run_purge(lake)
    assert untouched
    assert set(untouched) <= set(lake.keys("tables/comments/data/"))


def test_a_purge_out_of_time_has_done_the_days_it_came_to(lake):
    """It stops between two days, says so of the first alone, and the next begins at the second."""
    two_days(lake)
    answers = iter([True, True] + [False] * 9)  # for the chore, and a day
    counts, complete = run_purge(lake, answers.__next__)
    assert (counts["tombstones"], complete) == (2, False)
    marked = {row["created_at"].day for row in lake.rows("tombstones") if row["purged_at"]}
    assert marked == {1}
    assert looks(lake) == sorted([*KEPT, ("t1_c", DAY + 100, "live")])
    counts, complete = run_purge(lake)
    assert (counts["tombstones"], counts["rows"], complete) == (1, 1, True)
    assert_forgotten(lake)


def test_a_look_of_another_created_day_goes_too(lake):
    """A tombstone and a look disagree on it: nothing is called purged while the look is there."""
    lake.land(planted("t1_a", 60), live("t1_z", 60), live("t3_a", 60))
    lake.job().run()
    lake.land(tombstone("t1_a", 2 * DAY, created=DAY + 1), live("t1_b", 2 * DAY, created=DAY + 1))
    lake.job().run()
    counts, complete = run_purge(lake)
    assert (counts["tombstones"], counts["rows"], complete) == (1, 1, True)
    assert holders(lake, SECRET, NAME) == {SECRET: set(), NAME: set()}
    assert looks(lake) == [
        ("t1_a", 2 * DAY, "deleted"),
        ("t1_b", 2 * DAY, "live"),
        ("t1_z", 60.0, "live"),
    ]


def test_one_days_foreign_deletes_hold_back_only_that_day(lake, monkeypatch):
    """The other days go and are marked; the error comes at the end."""
    two_days(lake)
    add = Exchange._add

    def marked(self, task, until):
        if task.file.partition[0] == int(START / DAY):
            task.delete_files.add("another engine's")
        add(self, task, until)

    with monkeypatch.context() as patch:
        patch.setattr(Exchange, "_add", marked)
        with pytest.raises(ForeignDeletesError, match="OPTIMIZE"):
            run_purge(lake)
    assert [r["created_at"].day for r in lake.rows("tombstones") if r["purged_at"]] == [2]
    assert ("t1_c", DAY + 100, "live") not in looks(lake)
    assert ("t1_a", 100.0, "live") in looks(lake)
    run_purge(lake)
    assert_forgotten(lake)


def test_days_go_a_few_at_a_time(lake, monkeypatch):
    monkeypatch.setattr(purging, "DAYS_AT_ONCE", 1)
    two_days(lake)
    counts, _ = run_purge(lake)
    assert (counts["tombstones"], counts["rows"]) == (3, 4)
    assert_forgotten(lake)


def test_the_files_of_a_killed_writer_hold_the_ledger_back(lake, monkeypatch):
    """An orphan may be a writer's in flight: too young it stays, and nothing is called purged."""
    two_days(lake)
    job = lake.job()
    lake.land(planted("t1_x", 2 * DAY, created=DAY))
    with monkeypatch.context() as patch:
        patch.setattr("wsb_lake.tables.catalog.LakeCatalog.commit_table", _die)
        with pytest.raises(SimulatedCrash):
            job.run()
    lake.aws.s3.delete_object(Bucket=lake.settings.bucket, Key=lake.keys("landing/")[0])
    lake.clock.time += LOCK_SECONDS
    counts, complete = run_purge(lake)
    assert (counts["tombstones"], counts["waiting"], complete) == (0, 3, False)
    assert holders(lake, SECRET)[SECRET]
    lake.land(live("t1_b", 500))
    lake.job().run()
    reader = lake.job().tables["comments"].scan()
    lake.land(live("t1_b", 600))
    lake.job().run()
    run_purge(lake)
    assert len(reader.to_arrow()) == 5  # it waits again, and no reader's snapshot is gone
    assert len(lake.job().tables["comments"].metadata.snapshots) == 3
    lake.clock.time += ORPHAN_SECONDS
    counts, complete = run_purge(lake)
    assert (counts["tombstones"], counts["waiting"], complete) == (3, 0, True)
    assert holders(lake, SECRET, NAME) == {SECRET: set(), NAME: set()}


def _die(*_):
    raise SimulatedCrash


def _killed(new_lake, stamped, write):
    """Kill a purge before this write and repeat it later; returns False when it needed fewer."""
    lake = new_lake()
    stamped(lake)
    two_days(lake)
    job = lake.job([PURGE])
    crash_at(job, write)
    died = True
    try:
        job.run()
        died = False
    except SimulatedCrash:
        if any(purged_at(lake)):  # it may say so only when it is so
            assert holders(lake, SECRET)[SECRET] == set(), f"said too early before write {write}"
        lake.clock.time += ORPHAN_SECONDS
    run_purge(lake)
    assert_forgotten(lake)
    assert None not in purged_at(lake), f"killed before write {write}"
    return died


@pytest.mark.parametrize("write", [8, 14])
def test_killed_here_and_there(new_lake, stamped, write):
    assert _killed(new_lake, stamped, write)


@pytest.mark.slow
def test_killed_wherever_it_makes_a_difference(new_lake, stamped):
    """Between any two AWS calls of a purge that change something (`crash_at`)."""
    writes = next(n for n in range(1, 200) if not _killed(new_lake, stamped, n))
    assert writes > 14
