"""Export: complete or not there, the same rows, and readable by others."""

import datetime as dt
import fcntl
import json
import os

import polars as pl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import wsb
import wsb_lake
from tests.support.lake_world import START, observation, save_lake
from wsb_lake.errors import AccessError, QueryError
from wsb_lake.reader.query import TABLES, LakeQuery

DAY = 86_400.0


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    looks = [("b", 0, 90), ("a", 0, 90), ("a", 0, 60), ("c", 2 * DAY, 2 * DAY + 5)]
    save_lake(
        folder,
        *(observation("comment", f"t1_{name}", at, seen) for name, at, seen in looks),
        observation("gap", "gap_1"),
    )
    return folder


@pytest.fixture
def lake(saved):
    return wsb_lake.open(folder=saved).arrow


def rows(table):
    return sorted(table.to_pylist(), key=str)


def test_an_export_is_by_created_day_and_sorted(lake, tmp_path):
    out = tmp_path / "new" / "out"
    assert lake.export(out) == {"comments": 4, "posts": 0, "gaps": 1}
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*.parquet"))
    assert files == [
        "comments/created_day=2021-01-01/part-0.parquet",
        "comments/created_day=2021-01-03/part-0.parquet",
        "gaps/created_day=2021-01-01/part-0.parquet",
        "posts/empty.parquet",
    ]
    first = pq.ParquetFile(out / files[0]).read()
    assert [(row["id"], row["observed_at"].timestamp() - START) for row in first.to_pylist()] == [
        ("t1_a", 60),
        ("t1_a", 90),
        ("t1_b", 90),
    ]
    assert json.loads((out / "export.json").read_text())["rows"]["comments"] == 4


def test_an_export_is_a_lake_again(lake, tmp_path):
    """Every row and column, and every way to ask."""
    lake.export(tmp_path / "out")
    again = wsb_lake.open(folder=tmp_path / "out").arrow
    for table in TABLES:
        here, there = lake.sql(f"FROM {table}"), again.sql(f"FROM {table}")
        assert (there.schema, rows(there)) == (here.schema, rows(here))
    assert rows(again.latest()) == rows(lake.latest())
    scanned = pl.scan_parquet(tmp_path / "out" / "comments").collect()
    assert scanned["id"].sort().to_list() == ["t1_a", "t1_a", "t1_b", "t1_c"]


def test_bounds_choose_what_is_exported_and_are_written_down(lake, tmp_path):
    since = dt.datetime.fromtimestamp(START + DAY, dt.UTC)
    assert lake.export(tmp_path / "late", since=since)["comments"] == 1
    told = json.loads((tmp_path / "late" / "export.json").read_text())
    assert told["since"] == "2021-01-02T00:00:00+00:00"
    then = lake.export(tmp_path / "then", as_of="2020-12-31")
    assert set(then.values()) == {0}
    with pytest.raises(QueryError):
        lake.export(tmp_path / "never", as_of="soon")
    assert not (tmp_path / "never").exists()


def test_nothing_is_left_of_an_export_that_broke_off(lake, tmp_path, monkeypatch):
    """Neither the folder nor a temporary one."""
    written = []

    def fail(query, sql, file, parameters=None):
        written.append(file)
        if len(written) == 2:
            raise AccessError("the disk is full")
        file.write_bytes(b"half")
        return 1

    monkeypatch.setattr(LakeQuery, "write", fail)
    with pytest.raises(AccessError, match="disk is full"):
        lake.export(tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved"]


def test_what_a_killed_export_left_goes_and_what_another_is_writing_stays(lake, tmp_path):
    left, busy = tmp_path / ".out.dead.partial", tmp_path / ".out.busy.partial"
    left.mkdir()
    busy.mkdir()
    held = os.open(busy, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    lake.export(tmp_path / "out")
    os.close(held)
    assert sorted(path.name for path in tmp_path.iterdir()) == [busy.name, "out", "saved"]


def test_a_folder_that_is_there_is_never_overwritten(lake, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("keep")
    with pytest.raises(AccessError, match="is there already"):
        lake.export(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_progress_counts_the_days(lake, tmp_path):
    told = []
    lake.export(tmp_path / "out", progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "comments"] == [
        ("comments", 0, 2),
        ("comments", 1, 2),
        ("comments", 2, 2),
    ]


def call(*arguments):
    return CliRunner().invoke(wsb.main, ["lake", *arguments])


def test_the_commands_export_and_coverage(saved, tmp_path):
    """Numbers for a program, one sentence for a mistake."""
    out = str(tmp_path / "out")
    done = call("export", "--local", str(saved), "--out", out, "--json", "--until", "2021-01-02")
    assert json.loads(done.stdout) == {"comments": 3, "posts": 0, "gaps": 1}
    again = call("export", "--local", str(saved), "--out", out)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "is there already" in again.stderr
    hours = json.loads(call("coverage", "--local", out, "--json").stdout)
    assert [(row["ids"], row["observations"]) for row in hours] == [(2, 3)]
    wrong = call("coverage", "--local", out, "--since", "soon")
    assert "'soon' is not a time" in wrong.stderr
