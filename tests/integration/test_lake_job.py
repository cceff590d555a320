"""The lake job on moto: once each, none lost, whatever happens in between."""

import gzip
import json
import random

import pytest

from contract import format_instant
from tests.support.lake_world import KINDS, START, SimulatedCrash, crash_at, observation
from wsb_lake.errors import LockHeldError, LockLostError
from wsb_lake.events import LakeRunSkipped
from wsb_lake.job.lock import LOCK_SECONDS, Lock
from wsb_lake.settings import LANDING_PREFIX

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

DAY = 86_400


def mixed(lake, count=6):
    """Land comments of several created days, a post and a gap; returns their identities."""
    records = [
        observation("comment", f"t1_{n}", created=n * DAY / 2, observed=9 * DAY + n)
        for n in range(count)
    ]
    records += [observation("post", "t3_p", observed=9 * DAY), observation("gap", "gap_1")]
    for record in records:
        lake.land(record)
    return {(record["id"], record["observed_at"]): 1 for record in records}


def test_everything_that_landed_is_in_its_table_once(lake):
    """Comments, posts and gaps go to their tables; the landing is empty afterwards."""
    expected = mixed(lake)
    result = lake.job().run()
    assert expected == lake.identities()
    assert result.appended == {"comments": 6, "posts": 1, "gaps": 1}
    assert lake.keys(LANDING_PREFIX) == []


def test_values_survive_as_they_were(lake):
    """A row holds what the record held, and when it landed."""
    lake.clock.time = START + 1234.5678
    record = observation("comment", "t1_a", score=None, score_hidden=True, edited_at=None)
    lake.land(record)
    lake.job().run()
    (row,) = lake.rows("comments")
    for name, value in record.items():
        stored = (
            format_instant(row[name].timestamp()) if name.endswith("_at") and value else row[name]
        )
        assert value == stored, name
    assert format_instant(row["landed_at"].timestamp()) == "2021-01-01T00:20:34.567Z"


def test_the_same_observation_again_is_dropped(lake):
    """At-least-once delivery: duplicates within a batch, and of earlier ones, are dropped."""
    record = observation("comment", "t1_a")
    lake.land(record, record)
    lake.land(record)
    first = lake.job().run()
    lake.land(record, observation("comment", "t1_a", observed=61))
    second = lake.job().run()
    assert (first.appended["comments"], first.duplicates_dropped) == (1, 2)
    assert (second.appended["comments"], second.duplicates_dropped) == (1, 1)
    assert {1} == set(lake.identities().values())


def test_nothing_landed_is_nothing_done(lake):
    """An empty landing makes the tables, and no commit."""
    result = lake.job().run()
    assert (result.objects, result.read) == (0, 0)
    assert lake.rows("comments") == []


def test_a_line_that_is_no_observation_is_set_aside_with_its_reason(lake):
    """Nothing is dropped silently: the line, its place and the contract's reason are kept."""
    good = observation("comment", "t1_a")
    bad = {**good, "id": "t1_b", "score": "many"}
    lake.land(b"{", good, b"\xff\xfe", bad, name="dt=x/object")
    result = lake.job().run()
    letters = [
        json.loads(line) for line in lake.text("landing_rejects/dt=x/object.ndjson").splitlines()
    ]
    assert result.rejected == 3
    told = json.loads(lake.logged.getvalue().splitlines()[0])  # what the alarm's filter matches
    assert (told["event"], told["rejected"]) == ("lake_batch_done", 3)
    assert [(letter["line"], letter["reason"]) for letter in letters] == [
        (1, "not_json_object"),
        (3, "not_utf8"),
        (4, "bad_type:score"),
    ]
    assert bad == json.loads(letters[2]["original"])
    assert letters[1]["encoding"] == "base64"
    assert {("t1_a", good["observed_at"]): 1} == lake.identities()


@pytest.mark.parametrize("record", [{"body": "\ud800"}, {"author_flair": "x\udfff"}])
def test_a_text_that_is_no_text_is_set_aside(lake, record):
    """Half a surrogate pair is valid JSON and no character: no column can hold it."""
    lake.land(observation("comment", "t1_a", **record), observation("comment", "t1_b"))
    result = lake.job().run()
    assert (result.appended["comments"], result.rejected) == (1, 1)


@pytest.mark.parametrize("cut", [1, 8, 9, 60])
def test_a_truncated_object_yields_the_lines_it_holds(lake, cut):
    """The upload broke off: what came is taken in, the rest is told, and the object set aside."""
    records = [observation("comment", f"t1_{n}", body=random_text(n)) for n in range(50)]
    data = gzip.compress(b"".join(json.dumps(record).encode() + b"\n" for record in records))
    lake.land_bytes(data[:-cut], name="short")
    result = lake.job().run()
    assert result.rejected == 1
    assert result.appended["comments"] == (50 if cut <= 9 else 49)
    ids = {row["id"]: row["body"] for row in lake.rows("comments")}
    assert ids == {record["id"]: record["body"] for record in records if record["id"] in ids}
    assert lake.bytes("landing_rejects/short.object") == data[:-cut]
    letter = json.loads(lake.text("landing_rejects/short.end.ndjson"))
    assert (letter["reason"], letter["encoding"], letter["original"]) == (
        "bad_gzip", "key", "landing_rejects/short.object",
    )  # fmt: skip
    assert lake.keys(LANDING_PREFIX) == []


def random_text(seed):
    return random.Random(seed).randbytes(200).hex()  # noqa: S311 - a text, no secret


def test_a_broken_object_is_set_aside_whole(lake):
    """An object that cannot be unpacked does not stop the others."""
    broken = b"\x1f\x8b\x08 not gzip"
    lake.land_bytes(broken, name="broken")
    lake.land(observation("comment", "t1_a"))
    result = lake.job().run()
    assert (result.rejected, result.appended["comments"]) == (1, 1)
    assert broken == lake.bytes("landing_rejects/broken.object")
    assert json.loads(lake.text("landing_rejects/broken.end.ndjson"))["reason"] == "bad_gzip"


def test_plain_lines_land_too(lake):
    """A delivery without compression is read all the same."""
    lake.land_bytes(json.dumps(observation("comment", "t1_a")).encode())
    assert lake.job().run().appended["comments"] == 1


def test_a_second_run_leaves_the_work_to_the_first(lake):
    """While another run holds the lock nothing is touched."""
    lake.land(observation("comment", "t1_a"))
    with Lock(lake.aws.dynamodb, lake.settings.state_table, lake.clock).held():
        assert lake.job().run() == LakeRunSkipped("another run holds the lock")
    assert lake.job().run().appended["comments"] == 1


def test_the_lock_of_a_killed_run_expires(lake):
    """A run that died holding the lock blocks the others for its time to live, no longer."""
    lake.land(observation("comment", "t1_a"))
    job = lake.job()
    crash_at(job, 3)  # the first write asks for the time of S3, the second takes the lock
    with pytest.raises(SimulatedCrash):
        job.run()
    assert isinstance(lake.job().run(), LakeRunSkipped)
    lake.clock.time += LOCK_SECONDS
    assert lake.job().run().appended["comments"] == 1


def test_a_long_run_renews_its_lock_and_stops_when_another_has_it(lake):
    """Renewed in time it stays; once another took over nothing more is committed."""
    mine, other = (Lock(lake.aws.dynamodb, lake.settings.state_table, lake.clock) for _ in range(2))
    with mine.held():
        lake.clock.time += LOCK_SECONDS - 1
        mine.renew()
        lake.clock.time += LOCK_SECONDS - 1
        with pytest.raises(LockHeldError), other.held():
            pass
        lake.clock.time += 1
        with other.held(), pytest.raises(LockLostError):
            mine.renew()


def test_batches_are_bounded_and_the_run_goes_on(lake, monkeypatch):
    """A backlog is taken in piece by piece, each with its own commit, oldest first."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 1)
    lake.clock.tick_seconds = 1.0
    expected = mixed(lake)
    assert lake.job().run().objects == 8
    assert expected == lake.identities()
    commits = [len(lake.job().tables[name].metadata.snapshots) for name in KINDS]
    assert commits == [6, 1, 1]
    ids = [row["id"] for row in sorted(lake.rows("comments"), key=lambda row: row["landed_at"])]
    assert sorted(ids) == ids


def test_a_run_stops_in_time(lake, monkeypatch):
    """When its time is up a run stops after the batch at hand; the next goes on."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_BYTES", 1)
    expected = mixed(lake)
    assert lake.job().run(lambda: 0).objects == 1
    assert lake.job().run().objects == 7
    assert expected == lake.identities()


def test_a_warm_process_sees_what_others_committed(lake):
    """A kept table handle is refreshed before its keys are compared."""
    warm, other = lake.job(), lake.job()
    record = observation("comment", "t1_a")
    for job in (warm, other, warm):
        lake.land(record)
        job.run()
    assert {("t1_a", record["observed_at"]): 1} == lake.identities()
