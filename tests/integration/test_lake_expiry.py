"""Snapshots expire and orphans go; what a snapshot still names stays, and so do files in flight."""

import pytest

from tests.support.lake_world import observation, parsed
from wsb_lake.job.append import append_new
from wsb_lake.maintenance.expire import expire_snapshots
from wsb_lake.maintenance.orphans import remove_orphans

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600


def _append(lake, table, fullname):
    rows = parsed(observation("comment", fullname))["comments"]
    append_new(table, rows, lake.clock, lambda: None)


@pytest.fixture
def table(lake):
    """A table of five commits, an hour apart."""
    table = lake.job().tables["comments"]
    for n in range(5):
        lake.clock.time += HOUR
        _append(lake, table, f"t1_{n}")
    return table


def _ids(lake):
    return sorted(row["id"] for row in lake.rows("comments"))


def test_snapshots_bear_the_clocks_time(lake, table):
    """Not the wall's: they expire by the clock on which the lake runs."""
    assert table.current_snapshot().timestamp_ms == lake.clock.time * 1000


def test_old_snapshots_expire_and_no_row_does(lake, table):
    """Exactly those before the instant go, and the newest holds every row."""
    stamps = [snapshot.timestamp_ms for snapshot in table.metadata.snapshots]
    assert expire_snapshots(table, lake.clock.time - 2 * HOUR) == 2
    left = lake.job().tables["comments"].metadata
    assert stamps[2:] == [snapshot.timestamp_ms for snapshot in left.snapshots]
    assert stamps[2:] == [entry.timestamp_ms for entry in left.snapshot_log]
    assert _ids(lake) == [f"t1_{n}" for n in range(5)]


def test_the_newest_stay_however_old(lake, table):
    """For readers in flight some stay, and the newest one always."""
    later = lake.clock.time + 1000 * HOUR
    assert expire_snapshots(table, later, keep=3) == 2
    assert len(table.metadata.snapshots) == 3
    assert expire_snapshots(table, later, keep=0) == 2
    assert expire_snapshots(table, later) == 0
    assert _ids(lake) == [f"t1_{n}" for n in range(5)]


def test_a_tag_keeps_its_snapshot(lake, table):
    """What somebody named is theirs."""
    first = table.metadata.snapshots[0].snapshot_id
    table.manage_snapshots().create_tag(first, "mine").commit()
    assert expire_snapshots(table, lake.clock.time + 1) == 3
    assert table.metadata.snapshot_by_id(first)


def test_an_append_in_between_is_not_lost(lake, table, monkeypatch):
    """Another commit while snapshots expire: both stand."""
    other = lake.job().tables["comments"]
    commit = type(table.catalog).commit_table

    def others_first(self, *args):
        monkeypatch.undo()
        _append(lake, other, "t1_other")
        return commit(self, *args)

    monkeypatch.setattr(type(table.catalog), "commit_table", others_first)
    assert expire_snapshots(table, lake.clock.time) == 4
    assert _ids(lake) == [*(f"t1_{n}" for n in range(5)), "t1_other"]


def test_orphans_go_and_nothing_else(lake, table):
    """What expired snapshots alone needed, and what a killed writer left; all rows stay."""
    table.delete("id = 't1_0'")
    litter = {"data/half.parquet", "metadata/half.avro", "metadata/00099-x.metadata.json"}
    for key in (*(f"comments/{key}" for key in litter), "comments_of_others/x"):
        lake.aws.s3.put_object(Bucket=lake.settings.bucket, Key=f"tables/{key}", Body=b"x")
    before = set(lake.keys("tables/comments/"))
    data = {file["file_path"] for file in table.inspect.all_files().to_pylist()}
    live = {file["file_path"] for file in table.inspect.files().to_pylist()}
    assert len(data - live) == 1
    expire_snapshots(table, lake.clock.time + 1)
    removed = remove_orphans(table, 0, _newest(lake) + 1)
    after = set(lake.keys("tables/comments/"))
    assert removed == len(before - after)
    gone = {key.split("/", 2)[-1] for key in before - after}
    assert litter <= gone
    prefix = f"s3://{lake.settings.bucket}/"
    assert {f"{prefix}{key}" for key in after if "/data/" in key} == live
    assert lake.keys("tables/comments_of_others/") == ["tables/comments_of_others/x"]
    lists = [key for key in after if "/snap-" in key]
    assert len(lists) == len(table.metadata.snapshots) == 1
    assert _ids(lake) == [f"t1_{n}" for n in range(1, 5)]
    _append(lake, table, "t1_new")  # the table goes on
    assert "t1_new" in _ids(lake)


def test_a_snapshot_that_stays_can_be_read_afterwards(lake, table):
    """Readers in flight hold an older snapshot: its files are not orphans."""
    older = table.current_snapshot().snapshot_id
    table.delete("id = 't1_0'")
    remove_orphans(table, 0, _newest(lake) + 1)
    rows = table.scan(snapshot_id=older, selected_fields=("id",)).to_arrow()
    assert sorted(rows["id"].to_pylist()) == [f"t1_{n}" for n in range(5)]
    stored = {f"s3://{lake.settings.bucket}/{key}" for key in lake.keys("tables/comments/")}
    assert {entry.metadata_file for entry in table.metadata.metadata_log} <= stored


def test_files_in_flight_are_spared(lake, table):
    """A file that no snapshot names yet stays until it is older than any commit takes."""
    key = "tables/comments/data/in_flight.parquet"
    lake.aws.s3.put_object(Bucket=lake.settings.bucket, Key=key, Body=b"x")
    written_at = _newest(lake)
    remove_orphans(table, HOUR, written_at + HOUR - 1)
    assert key in lake.keys("tables/")
    remove_orphans(table, HOUR, written_at + HOUR)
    assert key not in lake.keys("tables/")
    assert _ids(lake) == [f"t1_{n}" for n in range(5)]


def test_unreadable_metadata_deletes_nothing(lake, table):
    """When it cannot be known what is needed, everything stays."""
    (manifest,) = {m.manifest_path for m in table.current_snapshot().manifests(table.io)} - {
        m.manifest_path
        for snapshot in table.metadata.snapshots[:-1]
        for m in snapshot.manifests(table.io)
    }
    lake.aws.s3.delete_object(
        Bucket=lake.settings.bucket, Key=manifest.removeprefix(f"s3://{lake.settings.bucket}/")
    )
    cold = lake.job().tables["comments"]
    before = lake.keys("tables/comments/")
    with pytest.raises(FileNotFoundError):
        remove_orphans(cold, 0, _newest(lake) + 1)
    assert before == lake.keys("tables/comments/")


def _newest(lake):
    answer = lake.aws.s3.list_objects_v2(Bucket=lake.settings.bucket, Prefix="tables/comments/")
    return max(item["LastModified"] for item in answer["Contents"]).timestamp()
