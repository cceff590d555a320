"""Days are settled, small files merged, snapshots and orphans go: and every row stays."""

import itertools

import pyarrow.parquet as pq
import pytest
from pyiceberg.exceptions import ValidationException

from contract import SCHEMA
from tests.support.lake_world import START, SimulatedCrash, crash_at, observation, parsed
from wsb_lake.chores import EARLY_SECONDS
from wsb_lake.job.append import append_new
from wsb_lake.job.lock import LOCK_SECONDS
from wsb_lake.maintenance import runs
from wsb_lake.maintenance.chores import MAINTENANCE
from wsb_lake.maintenance.compaction import compact
from wsb_lake.maintenance.layout import partitions

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR, DAY = 3600, 86_400
DAY_ONE = int(START) // DAY


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """More than three small files are many."""
    monkeypatch.setattr("wsb_lake.maintenance.layout.SMALL_FILES_MAX", 3)


def looks(lake, commits, *, per_commit=3, created=0.0):
    """Append observations of the same ids again and again, a commit each; returns the table."""
    table = lake.job().tables["comments"]
    for commit in range(commits):
        records = [
            observation(
                "comment",
                f"t1_{n:03d}",
                created + n,
                created + 900 + commit,
                score=commit,
                body=f"{n}",
            )
            for n in range(per_commit)
        ]
        append_new(table, parsed(*records)["comments"], lake.clock, lambda: None)
    return table


def _files(table, day=DAY_ONE):
    return next(each.files for each in partitions(table) if each.day == day)


def _rows(lake):
    return sorted(lake.rows("comments"), key=lambda row: (row["id"], row["observed_at"]))


def test_a_compacted_day_holds_the_same_rows_sorted(lake, monkeypatch):
    """Every value of every row, also over many pieces and files; sorted by id and look."""
    monkeypatch.setattr(runs, "PIECE_ROWS", 4)
    monkeypatch.setattr("wsb_lake.maintenance.compaction.FILE_BYTES", 1)
    table = looks(lake, 5)
    before = _rows(lake)
    done = compact(table, _files(table), lambda: None)
    assert _rows(lake) == before
    assert (done.rows, done.files_before) == (15, 5)
    assert 1 < done.files_after == len(_files(table))
    ids = []
    for file in sorted(_files(table), key=lambda file: file.lower_bounds[3]):
        with table.io.new_input(file.file_path).open() as source:
            rows = pq.read_table(source)
        ids += list(zip(rows["id"].to_pylist(), rows["observed_at"].to_pylist(), strict=True))
    assert sorted(ids) == ids
    assert len(table.metadata.snapshots) == 6  # one commit, not two


def test_no_personal_value_is_in_a_footer(lake):
    """Neither manifests nor Parquet's own statistics hold a body's or an author's first letters."""
    table = looks(lake, 2)
    compact(table, _files(table), lambda: None)
    (file,) = _files(table)
    with table.io.new_input(file.file_path).open() as source:
        group = pq.ParquetFile(source).metadata.row_group(0)
    bounded = {
        column.path_in_schema
        for column in map(group.column, range(group.num_columns))
        if column.statistics and column.statistics.has_min_max
    }
    assert not bounded & SCHEMA.personal_names()
    assert {"id", "observed_at", "created_at"} <= bounded


def test_an_unsorted_file_of_another_writer_is_sorted(lake):
    """Somebody inserted rows in any order: nothing is lost, all is sorted."""
    table = looks(lake, 2)
    rows = table.scan().to_arrow().sort_by([("id", "descending"), ("observed_at", "descending")])
    table.overwrite(rows)
    looks(lake, 3)
    before = _rows(lake)
    compact(table, _files(table), lambda: None)
    assert _rows(lake) == before
    (file,) = _files(table)
    with table.io.new_input(file.file_path).open() as source:
        found = pq.read_table(source)
    order = list(zip(found["id"].to_pylist(), found["observed_at"].to_pylist(), strict=True))
    assert sorted(order) == order


def test_an_append_during_the_rewriting_is_not_lost(lake):
    """The commit finds another one there: it is made again on top of that."""
    table = looks(lake, 2)
    other = lake.job().tables["comments"]
    files, appended = _files(table), []

    def append_now():
        if not appended:
            appended.append(1)
            late = observation("comment", "t1_late", 10, 7000)
            append_new(other, parsed(late)["comments"], lake.clock, lambda: None)

    compact(table, files, append_now)
    assert [row["id"] for row in _rows(lake)].count("t1_late") == 1
    assert len(_rows(lake)) == 7
    assert len(_files(table)) == 2


def test_a_commit_between_the_look_and_the_commit_is_not_lost(lake, monkeypatch):
    """Compare and swap: the exchange is refused once, and made again."""
    table = looks(lake, 2)
    other = lake.job().tables["comments"]
    commit = type(table.catalog).commit_table

    def others_first(self, *args):
        monkeypatch.undo()
        late = observation("comment", "t1_late", 10, 7000)
        append_new(other, parsed(late)["comments"], lake.clock, lambda: None)
        return commit(self, *args)

    monkeypatch.setattr(type(table.catalog), "commit_table", others_first)
    compact(table, _files(table), lambda: None)
    assert [row["id"] for row in _rows(lake)].count("t1_late") == 1
    assert len(_rows(lake)) == 7


def test_rows_deleted_during_the_rewriting_do_not_come_back(lake):
    """A purge rewrote one of the files meanwhile: the old rows must not return with ours."""
    table = looks(lake, 2)
    other = lake.job().tables["comments"]
    files, deleted = _files(table), []

    def delete_now():
        if not deleted:
            deleted.append(1)
            other.delete("id = 't1_001'")

    with pytest.raises(ValidationException):
        compact(table, files, delete_now)
    assert {row["id"] for row in _rows(lake)} == {"t1_000", "t1_002"}


def test_a_day_is_settled_48_hours_after_its_end(lake):
    """Not a second earlier; then it is one file, and nothing is done again."""
    looks(lake, 3)
    lake.clock.time = START + DAY + 48 * HOUR - 1
    job = lake.job(MAINTENANCE)
    job.run()
    assert len(_files(job.tables["comments"])) == 3
    lake.clock.time += HOUR
    before = _rows(lake)
    job.run()
    assert len(_files(job.tables["comments"])) == 1
    assert _rows(lake) == before
    settled = job.tables["comments"].current_snapshot()
    lake.clock.time += HOUR
    job.run()
    assert job.tables["comments"].current_snapshot() == settled


def test_a_late_row_is_merged_into_its_settled_day(lake):
    """A sweep saw something years later: the day is one file again."""
    looks(lake, 3)
    lake.clock.time = START + 30 * DAY
    job = lake.job(MAINTENANCE)
    job.run()
    late = observation("comment", "t1_000", 0, 30 * DAY, state="deleted", body=None, author=None)
    lake.land(late)
    lake.clock.time += HOUR
    job.run()
    assert len(_files(job.tables["comments"])) == 1
    assert [row["state"] for row in _rows(lake)].count("deleted") == 1
    assert len(_rows(lake)) == 10


@pytest.mark.parametrize(("commits", "left"), [(3, 3), (4, 1)])
def test_many_small_files_are_merged_before_that(lake, commits, left):
    """A day that still grows keeps few files."""
    looks(lake, commits)
    before = _rows(lake)
    job = lake.job(MAINTENANCE)
    job.run()
    assert len(_files(job.tables["comments"])) == left
    assert _rows(lake) == before


def test_chores_are_done_when_they_are_due(lake):
    """An hour apart on the lake's clock, or little less, whatever process runs; the log tells."""
    looks(lake, 4)
    lake.job(MAINTENANCE).run()
    looks(lake, 4, created=4 * HOUR)
    lake.clock.time += HOUR - EARLY_SECONDS - 1
    lake.job(MAINTENANCE).run()
    assert len(_files(lake.job().tables["comments"])) == 5
    lake.clock.time += 1
    lake.job(MAINTENANCE).run()
    assert len(_files(lake.job().tables["comments"])) == 1
    assert lake.logged.getvalue().count('"chore": "compact"') == 2


def test_a_run_without_time_leaves_the_chores_to_the_next(lake):
    """A step is never begun that might not end in time."""
    looks(lake, 4)
    job = lake.job(MAINTENANCE)
    job.run(lambda: 0)
    assert len(_files(job.tables["comments"])) == 4
    turns = itertools.count()
    job.run(lambda: 1 - next(turns))  # within the first chore
    assert len(_files(job.tables["comments"])) == 4
    job.run()
    assert len(_files(job.tables["comments"])) == 1


def _killed(new_lake, write):
    """Kill a run before this write, and run again; returns False when it needed fewer."""
    lake = new_lake()
    looks(lake, 3)
    before = _rows(lake)
    lake.clock.time = START + 30 * DAY
    job = lake.job(MAINTENANCE)
    crash_at(job, write)
    died = True
    try:
        job.run()
        died = False
    except SimulatedCrash:
        assert _rows(lake) == before
        lake.clock.time += LOCK_SECONDS
    again = lake.job(MAINTENANCE)
    again.run()
    assert _rows(lake) == before, f"killed before write {write}"
    assert len(_files(again.tables["comments"])) == 1
    return died


@pytest.mark.parametrize("write", [4, 7, 10])
def test_killed_here_and_there(new_lake, write):
    _killed(new_lake, write)


@pytest.mark.slow
def test_killed_wherever_it_makes_a_difference(new_lake):
    """With all chores due, between any two AWS calls that change something (`crash_at`)."""
    writes = next(n for n in range(1, 100) if not _killed(new_lake, n))
    assert writes > 8
