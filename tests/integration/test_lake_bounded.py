"""Whatever lands: bounded memory, few reads, each observation once, and nothing in silence."""

import dataclasses
import datetime as dt
import itertools
import json
import math
import subprocess
import sys
from collections import Counter

import pytest

from contract import SCHEMA
from tests.conftest import PROJECT
from tests.support.lake_world import START, observation, parsed
from wsb_lake.errors import LockHeldError, LockLostError
from wsb_lake.job.append import append_new
from wsb_lake.job.lock import Lock
from wsb_lake.job.newer import Newer
from wsb_lake.settings import LANDING_PREFIX
from wsb_lake.tables.file_io import LakeFileIO

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR, DAY = 3600, 86_400


def events(lake, name):
    lines = map(json.loads, lake.logged.getvalue().splitlines())
    return [line for line in lines if line["event"] == name]


def test_identity_holds_over_all_created_days(lake):
    """The same look at the same thing, told with another creation time, is the same observation."""
    lake.land(observation("comment", "t1_a", created=0, observed=9 * DAY))
    lake.job().run()
    lake.land(observation("comment", "t1_a", created=3 * DAY, observed=9 * DAY))
    again = lake.job().run()
    assert (again.appended["comments"], again.duplicates_dropped) == (0, 1)
    assert [row["created_at"].timestamp() for row in lake.rows("comments")] == [START]


@pytest.fixture
def data_files_read(monkeypatch):
    """Count how often each data file is opened."""
    read = Counter()
    new_input = LakeFileIO.new_input

    def counting(self, location):
        if "/data/" in location:
            read[location] += 1
        return new_input(self, location)

    monkeypatch.setattr(LakeFileIO, "new_input", counting)
    return read


def test_an_append_opens_only_files_that_could_hold_its_looks(lake, data_files_read):
    """Twenty commits, an hour apart: a look of now opens none of them, one of old only its own."""
    job = lake.job()
    for hour in range(20):
        rows = [observation("comment", f"t1_{n}", n * DAY, 5 * DAY + hour * HOUR) for n in range(3)]
        append_new(job.tables["comments"], parsed(*rows)["comments"], lake.clock, lambda: None)
    data_files_read.clear()
    lake.land(observation("comment", "t1_1", DAY, 5 * DAY + 20 * HOUR))
    job.run()
    assert not data_files_read
    wild = observation("comment", "t1_1", 0, 5 * DAY + 7 * HOUR)  # known, of another created day
    lake.land(observation("comment", "t1_2", 2 * DAY, 5 * DAY + 21 * HOUR), wild)
    assert job.run().appended["comments"] == 1
    assert len(data_files_read) == 1


def test_a_job_that_is_older_than_a_record_leaves_it_landed_and_says_so(lake):
    """Its new fields would be lost for good; everything else is taken in."""
    newer = observation("comment", "t1_new", schema_version=SCHEMA.version + 1, awards=7)
    key = lake.land(observation("comment", "t1_same_object"), newer)
    odd = observation("comment", "t1_odd", schema_version=SCHEMA.version + 2, state="archived")
    other = lake.land(odd, name="dt=2021-01-01/zz")
    lake.land(observation("comment", "t1_a"))
    for _ in range(2):
        lake.job().run()
    assert lake.keys(LANDING_PREFIX) == sorted([key, other])
    assert lake.keys("landing_rejects/") == []
    assert [row["id"] for row in lake.rows("comments")] == ["t1_a"]
    told = [(line["object"], line["schema_version"]) for line in events(lake, "lake_job_older")]
    first, second = (key, SCHEMA.version + 1), (other, SCHEMA.version + 2)
    assert told == [first, second, min(first, second)]  # the alarm is to stay


def test_what_waits_for_a_newer_job_is_read_once_and_takes_nobody_s_place(lake, monkeypatch):
    """Until a job comes that knows its contract: that one takes it in, and remembers nothing."""
    monkeypatch.setattr("wsb_lake.job.landing.LISTED_MAX", 3)
    version = SCHEMA.version + 1
    waiting = [
        lake.land(observation("comment", f"t1_new{n}", schema_version=version), name=f"dt=1/{n}")
        for n in range(3)
    ]
    lake.job().run()
    fresh = [lake.land(observation("comment", f"t1_{n}"), name=f"dt=2/{n}") for n in range(3)]
    job, read = lake.job(), []
    job.aws.s3.meta.events.register(
        "provide-client-params.s3.GetObject", lambda params, **_: read.append(params["Key"])
    )
    assert job.run().appended["comments"] == 3
    assert [key for key in read if key.startswith(LANDING_PREFIX)] == fresh
    assert lake.keys(LANDING_PREFIX) == waiting
    lake.aws.s3.delete_object(Bucket=lake.settings.bucket, Key=waiting[0])  # by hand
    lake.job().run()
    told = [line["object"] for line in events(lake, "lake_job_older")]
    assert told == [*waiting, waiting[0], waiting[1]]
    newer = dataclasses.replace(SCHEMA, version=version)
    monkeypatch.setattr("wsb_lake.job.lake_job.SCHEMA", newer)
    assert lake.job().run().appended["comments"] == 2
    assert lake.keys(LANDING_PREFIX) == []
    assert Newer(lake.aws.dynamodb, lake.settings.state_table).versions() == {}


def test_time_is_asked_for_before_each_object(lake):
    """Not only when a batch is full: what was read by then is committed, the rest stays landed."""
    for n in range(4):
        lake.land(observation("comment", f"t1_{n}"), name=f"{n}")
    turns = itertools.count()
    done = lake.job().run(lambda: math.inf if next(turns) < 1 else 0)
    assert (done.objects, done.appended["comments"]) == (2, 2)
    assert [row["id"] for row in lake.rows("comments")] == ["t1_0", "t1_1"]
    assert len(lake.keys(LANDING_PREFIX)) == 2


def test_a_version_that_is_none_is_no_reason_to_wait(lake):
    """Strings, booleans and huge numbers are refused as they always were."""
    for version in ("9", True, 10**12, -5, None, 2.5):
        lake.land(observation("comment", "t1_a", schema_version=version))
    huge = json.dumps(observation("comment", "t1_a", schema_version=0))
    lake.land(huge.replace('"score": 12', '"score": ' + "9" * 6000).encode())
    result = lake.job().run()
    assert result.rejected + result.appended["comments"] + result.duplicates_dropped == 7
    assert lake.keys(LANDING_PREFIX) == []


def test_a_dropped_table_is_found_again_by_a_warm_job(lake):
    """Somebody dropped it, or deployed another lake: the next run makes it once more."""
    job = lake.job()
    lake.land(observation("comment", "t1_a"))
    job.run()
    job.catalog.drop_table((lake.settings.database, "comments"))
    lake.land(observation("comment", "t1_b"))
    assert job.run().appended["comments"] == 1
    assert [row["id"] for row in lake.rows("comments")] == ["t1_b"]


def test_what_is_rejected_is_told_per_batch(lake, monkeypatch):
    """The first batch is committed and deleted, the second dies: its rejects are told."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 1)
    lake.land(b"nonsense", observation("comment", "t1_a"))
    lake.land(observation("comment", "t1_b"))
    job = lake.job()
    monkeypatch.setattr("wsb_lake.job.lake_job.append_new", _second_time_fails(append_new))
    with pytest.raises(ConnectionError):
        job.run()
    (told,) = events(lake, "lake_batch_done")
    assert (told["rejected"], told["read"], told["objects"]) == (1, 2, 1)
    assert len(lake.keys(LANDING_PREFIX)) == 1


def _second_time_fails(original):
    calls = []

    def function(table, *args):
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionError
        return original(table, *args)

    return function


def test_an_object_larger_than_a_batch_is_taken_in_piece_by_piece(lake, monkeypatch):
    """It is deleted only with its last piece; killed before, no row of it is there twice."""
    monkeypatch.setattr("wsb_lake.job.lines.PIECE_BYTES", 2000)
    monkeypatch.setattr("wsb_lake.job.lines._UNPACKED_BYTES", 1000)
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 3000)
    records = [observation("comment", f"t1_{n:02d}") for n in range(30)]
    lake.land(*records[:15], b"nonsense", *records[15:])
    job = lake.job()
    job.run(lambda: 0)
    assert 0 < len(lake.rows("comments")) < 30
    assert len(lake.keys(LANDING_PREFIX)) == 1
    job.run()
    assert lake.keys(LANDING_PREFIX) == []
    assert sorted(row["id"] for row in lake.rows("comments")) == [r["id"] for r in records]
    batches = events(lake, "lake_batch_done")
    assert len(batches) == 3
    assert sum(batch["objects"] for batch in batches) == 1
    (letters,) = {lake.text(key) for key in lake.keys("landing_rejects/")}
    assert json.loads(letters)["line"] == 16


def test_a_batch_has_so_many_created_days_and_the_rest_is_in_the_next(lake, monkeypatch):
    """A file a day: however many days an object has, a run comes further with each batch."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_DAYS", 2)
    records = [observation("comment", f"t1_{n}", n * DAY, 9 * DAY) for n in (3, 0, 4, 1, 2)]
    records += [observation("post", "t3_a", 4 * DAY, 9 * DAY), observation("gap", "gap_1")]
    lake.land(*records, b"nonsense")
    job = lake.job()
    job.run(lambda: False)
    assert sorted(row["id"] for row in lake.rows("comments")) == ["t1_0", "t1_1"]
    assert len(lake.keys(LANDING_PREFIX)) == 1
    job.run()
    assert sorted(row["id"] for row in lake.rows("comments")) == [f"t1_{n}" for n in range(5)]
    assert [row["id"] for row in lake.rows("posts")] == ["t3_a"]
    assert lake.keys(LANDING_PREFIX) == []
    told = [(e["read"], e["rejected"], e["objects"]) for e in events(lake, "lake_batch_done")]
    assert told == [(4, 1, 0), (4, 1, 0), (2, 0, 0), (2, 0, 1)]


def test_landed_at_is_taken_again_after_a_conflict(lake, monkeypatch):
    """A commit that was refused and made again bears the time of the one that stands."""
    lake.clock.tick_seconds = 1.0
    table, other = lake.job().tables["comments"], lake.job().tables["comments"]
    commit = type(table.catalog).commit_table

    def others_first(self, *args):
        monkeypatch.undo()
        append_new(other, _rows("t1_other"), lake.clock, lambda: None)
        return commit(self, *args)

    monkeypatch.setattr(type(table.catalog), "commit_table", others_first)
    append_new(table, _rows("t1_mine"), lake.clock, lambda: None)
    landed = {row["id"]: row["landed_at"].timestamp() for row in lake.rows("comments")}
    stamps = [
        snapshot.timestamp_ms / 1000 for snapshot in lake.job().tables["comments"].snapshots()
    ]
    assert landed["t1_other"] < stamps[0] < landed["t1_mine"] < stamps[1]


def _rows(fullname):
    return parsed(observation("comment", fullname))["comments"]


def test_rows_lie_in_the_partition_of_their_created_day(lake):
    """Not of the look's: all observations of a thing are in one partition."""
    for look in (0, 3, 40):
        lake.land(observation("comment", "t1_a", created=5 * DAY, observed=(5 + look) * DAY))
    lake.land(observation("comment", "t1_b", created=6 * DAY, observed=45 * DAY))
    lake.job().run()
    table = lake.job().tables["comments"]
    files = {}
    for task in table.scan().plan_files():
        day = dt.date(1970, 1, 1) + dt.timedelta(days=task.file.partition[0])
        files[day.isoformat()] = files.get(day.isoformat(), 0) + task.file.record_count
        assert f"/created_day={day}/" in task.file.file_path
    assert files == {"2021-01-06": 3, "2021-01-07": 1}
    (source,) = [field.source_id for field in table.spec().fields]
    assert table.schema().find_field(source).name == "created_at"


def _lock(lake):
    return Lock(lake.aws.dynamodb, lake.settings.state_table, lake.clock)


def _item(lake):
    answer = lake.aws.dynamodb.get_item(
        TableName=lake.settings.state_table, Key={"pk": {"S": "lock"}, "sk": {"S": "lake_job"}}
    )
    return answer.get("Item")


def test_the_lock_lasts_four_minutes_and_dynamodb_may_expire_it(lake):
    """A whole number of seconds, else DynamoDB's own expiry ignores it."""
    lake.clock.time = START + 0.75
    with _lock(lake).held():
        assert int(_item(lake)["expires_at"]["N"]) == START + 241
    assert _item(lake) is None


def test_the_lock_is_released_by_its_owner_only(lake):
    """One that lost it must not free it for a third."""
    mine, other, third = _lock(lake), _lock(lake), _lock(lake)
    with mine.held():
        lake.clock.time += 601
        other._take()
    with pytest.raises(LockHeldError), third.held():
        pass
    other._release()
    with third.held():
        pass


def test_a_long_run_holds_its_lock_from_beginning_to_end(lake, monkeypatch):
    """Twice the lock's time, batch after batch: nobody can take it in between."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 1)
    for n in range(6):
        lake.land(observation("comment", f"t1_{n}"))
    job, tried, began = lake.job(), [], lake.clock.time

    def somebody_tries(**_):
        lake.clock.time += 15
        if lake.clock.time <= began + 30:  # S3's time is asked before the lock is taken
            return
        with pytest.raises(LockHeldError):
            _lock(lake)._take()
        tried.append(1)

    job.aws.s3.meta.events.register("after-call.s3", somebody_tries)
    job.run()
    assert len(tried) * 15 > 2 * 240
    assert len(lake.rows("comments")) == 6


def test_a_run_whose_lock_is_lost_commits_nothing_more(lake, monkeypatch):
    """Another run took over while this one slept: it stops before its next commit."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 1)
    for n in range(3):
        lake.land(observation("comment", f"t1_{n}"))
    job = lake.job()

    def stolen(**_):
        lake.clock.time += 601
        _lock(lake)._take()

    job.aws.s3.meta.events.register_first("after-call.s3.DeleteObjects", stolen)
    with pytest.raises(LockLostError):
        job.run()
    assert len(lake.rows("comments")) == 1
    assert _item(lake)  # and the other's lock stays


@pytest.mark.slow
def test_five_hundred_objects_of_any_kind_stay_under_1500_megabytes(lake):
    """What compresses best, what is longest, and rows of every year since Reddit began."""
    command = [sys.executable, "-m", "tests.support.lake_hoard", json.dumps(_told(lake))]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=540
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["objects"] == 500
    assert result["rejected"] == 0
    assert result["appended"] == result["landed"]
    assert result["peak_mb"] < 1500


def _told(lake):
    settings = lake.settings
    names = ("bucket", "database", "state_table", "region", "endpoint_url")
    return {name: getattr(settings, name) for name in names}
