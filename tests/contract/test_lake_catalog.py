"""What LakeCatalog overrides in pyiceberg: held against the next release."""

import pytest
from pyiceberg.exceptions import CommitFailedException

from tests.support.lake_world import observation, parsed
from wsb_lake.job.append import _commit, _stamped, append_new

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration


def _rows(fullname):
    return parsed(observation("comment", fullname))["comments"]


def test_a_stale_commit_is_refused(lake):
    """A commit stands on the snapshot it was made from, or not at all."""
    fresh, stale = lake.job().tables["comments"], lake.job().tables["comments"]
    append_new(fresh, _rows("t1_a"), lake.clock, lambda: None)
    with pytest.raises(CommitFailedException):
        _commit(stale, _stamped(_rows("t1_b"), lake.clock))
    assert [row["id"] for row in lake.rows("comments")] == ["t1_a"]


def test_a_lost_answer_does_not_lose_the_commit(lake):
    """UpdateTable went through, its answer did not come: the files of the commit stay."""
    job = lake.job()
    table = job.tables["comments"]
    client = job.aws.glue_once

    def lose_answer(**_):
        raise ConnectionError("the answer was lost")

    client.meta.events.register("after-call.glue.UpdateTable", lose_answer)
    with pytest.raises(ConnectionError):
        append_new(table, _rows("t1_a"), lake.clock, lambda: None)
    assert [row["id"] for row in lake.rows("comments")] == ["t1_a"]


def test_the_times_of_a_table_are_the_clocks_and_never_go_back(lake):
    """Its making, snapshots and other changes: else Trino, Spark and Athena refuse the table."""
    job, begin = lake.job(), int(lake.clock.time * 1000)
    table = job.tables["comments"]
    assert table.metadata.last_updated_ms == begin
    for name, seconds in (("t1_a", 60), ("t1_b", -3600), ("t1_c", 7200)):
        lake.clock.time += seconds
        append_new(table, _rows(name), lake.clock, lambda: None)
        table.transaction().set_properties({name: "seen"}).commit_transaction()
    table = lake.job().tables["comments"].refresh()
    times = [begin + second * 1000 for second in (60, 60, 3660)]
    assert [one.timestamp_ms for one in table.metadata.snapshots] == times
    assert [one.timestamp_ms for one in table.metadata.snapshot_log] == times
    changes = [one.timestamp_ms for one in table.metadata.metadata_log]
    assert changes == [begin, *(at for at in times for _ in range(2))][:-1]
    assert table.metadata.last_updated_ms == times[-1]


def test_update_table_is_asked_once(lake):
    """The SDK must not repeat UpdateTable: the repeat would fail on the version it moved."""
    job = lake.job()
    table = job.tables["comments"]
    asked = []

    def fail(**_):
        asked.append(1)
        raise ConnectionError("before it was sent")

    job.aws.glue_once.meta.events.register("before-send.glue.UpdateTable", fail)
    with pytest.raises(Exception, match="before it was sent"):
        append_new(table, _rows("t1_a"), lake.clock, lambda: None)
    assert asked == [1]
    assert lake.rows("comments") == []


def test_a_run_asks_little(lake):
    """A warm run over comments and posts needs no more than 40 requests."""
    job = lake.job()
    lake.land(observation("comment", "t1_a"), observation("post", "t3_a"))
    job.run()
    lake.land(observation("comment", "t1_b", observed=900), observation("post", "t3_b"))
    asked = []
    for client in (job.aws.s3, job.aws.glue, job.aws.glue_once, job.aws.dynamodb):
        client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    job.run()
    assert len(asked) <= 40, asked


def test_metadata_is_read_once(lake):
    """A warm process never reads a metadata file or manifest that it wrote."""
    job = lake.job()
    lake.land(observation("comment", "t1_a"))
    job.run()
    read = []
    job.aws.s3.meta.events.register(
        "before-call.s3.GetObject", lambda params, **_: read.append(params["url_path"])
    )
    lake.land(observation("comment", "t1_b"))
    job.run()
    assert [path for path in read if "/metadata/" in path] == []
