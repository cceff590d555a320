"""Residues, redrive and drop on moto: copies beside the tables go by age, and nothing is lost."""

import gzip
import json

import pytest

from contract import format_instant
from tests.support.aws_emulator import STREAM, make_stream, read_stream
from tests.support.lake_world import START
from tests.support.looks import live, looks, tombstone
from wsb_lake.chores import Chore
from wsb_lake.errors import RedriveError
from wsb_lake.forgetting.drop import Drop
from wsb_lake.forgetting.redrive import Redrive
from wsb_lake.forgetting.residues import remove_residues

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600.0
KINDS = {
    "dead_letters": "dead_letters/dt=2021-01-01/a.gz",
    "rejects": "landing_rejects/dt=2021-01-01/a.ndjson",
    "error_output": "errors/processing-failed/observations/dt=2021-01-01/a",
    "query_results": "athena/1234.csv",
}


@pytest.fixture
def lake(new_lake, stamped):
    made = new_lake()
    stamped(made)
    return made


def put(lake, key, data=b"x"):
    lake.aws.s3.put_object(Bucket=lake.settings.bucket, Key=key, Body=data)


def residues(lake):
    counts = []
    lake.job(
        [Chore("residues", 0, lambda work: counts.append(remove_residues(work)[0]) or ({}, True))]
    ).run()
    return counts[0]


def letter(record, reason="missing:score", at=START, **fields):
    original = record if isinstance(record, str) else json.dumps(record)
    values = {"reason": reason, "failed_at": format_instant(at), "original": original}
    return json.dumps({**values, "encoding": "utf-8", **fields}).encode()


def events(lake, name):
    lines = map(json.loads, lake.logged.getvalue().splitlines())
    return [line for line in lines if line["event"] == name]


@pytest.mark.parametrize(
    ("hours", "gone"),
    [(11.9, set()), (12, {"query_results"}), (19.9, {"query_results"}), (20, set(KINDS))],
)
def test_each_kind_goes_at_its_age(lake, hours, gone):
    """By the hour: query results after 12, everything else after residue_retention_hours."""
    for key in KINDS.values():
        put(lake, key)
    lake.clock.time = START + hours * HOUR
    counts = residues(lake)
    left = {kind for kind, key in KINDS.items() if lake.keys(key)}
    assert set(KINDS) - left == gone
    assert {kind for kind in KINDS if counts[kind]} == gone


def test_what_landed_is_never_removed_but_told(lake, monkeypatch):
    """An object that no run takes in: told from an hour on, there after a year."""
    monkeypatch.setattr("wsb_lake.job.lake_job.LakeJob._batches", lambda *_: {**ZEROS})
    key = lake.land(live("t1_a", 60))
    lake.clock.time = START + HOUR - 1
    lake.job().run()
    assert events(lake, "landing_waits") == []
    lake.clock.time = START + 365 * 24 * HOUR
    lake.job().run()
    (told,) = events(lake, "landing_waits")
    assert (told["objects"], told["oldest_hours"], told["level"]) == (1, 8760.0, "warning")
    assert lake.keys(key) == [key]


ZEROS = dict.fromkeys(
    ("objects", "read", "comments", "posts", "gaps", "duplicates_dropped", "rejected"), 0
)


def test_error_output_is_told(lake):
    put(lake, KINDS["error_output"])
    residues(lake)
    assert [event["objects"] for event in events(lake, "error_output_found")] == [1]


@pytest.fixture
def redrive(lake, moto_url):
    stream = make_stream(moto_url)
    job = lake.job()

    def run(since=0.0, name=STREAM):
        return Redrive(lake.settings, job.catalog.files, job.aws.kinesis, lake.clock, name).run(
            since
        )

    run.sent = lambda: sorted(read_stream(stream))
    yield run
    stream.delete_stream(StreamName=STREAM)


def test_a_dead_letter_that_is_valid_now_goes_into_the_stream(lake, redrive):
    """As it came, by its id, once; what is still refused stays and is counted by reason."""
    good, other = live("t1_a", 60), live("t1_b", 61)
    bad, early = {**good, "score": "many"}, live("t1_c", 365 * 24 * 60)  # Flink would refuse it
    refused = letter(bad) + b"\n" + letter(early) + b"\n"
    put(lake, KINDS["dead_letters"], gzip.compress(letter(good) + b"\n" + refused))
    put(lake, "dead_letters/dt=2021-01-02/b.gz", gzip.compress(letter(other) + b"\nnonsense\n"))
    put(lake, "dead_letters/dt=2021-01-03/c.gz", gzip.compress(letter("{")))
    lake.clock.time += 10 * HOUR
    done = redrive()
    assert (done.objects, done.sent, done.landed) == (2, 2, 0)
    assert done.refused == {
        "bad_type:score": 1,
        "bad_value:observed_at": 1,
        "unreadable_dead_letter": 1,
        "not_json_object": 1,
    }
    assert redrive.sent() == [
        ("t1_a", json.dumps(good).encode()),
        ("t1_b", json.dumps(other).encode()),
    ]
    keys = lake.keys("dead_letters/")
    assert len(keys) == 3
    rest = lake.aws.s3.get_object(Bucket=lake.settings.bucket, Key=keys[0])["Body"].read()
    assert gzip.decompress(rest) == refused
    again = redrive()
    assert (again.sent, again.refused) == (0, done.refused)
    assert len(redrive.sent()) == 2


def test_what_is_left_of_an_object_keeps_its_age(lake, redrive):
    """Else a redrive each day would keep a dead letter for ever."""
    good = live("t1_a", 60)
    put(lake, KINDS["dead_letters"], letter(good) + b"\n" + letter("{") + b"\n")
    lake.clock.time += 19 * HOUR
    redrive()
    assert len(lake.keys("dead_letters/")) == 1
    lake.clock.time += HOUR
    assert residues(lake)["dead_letters"] == 1
    assert lake.keys("dead_letters/") == []


def test_a_reject_lands_again_and_the_ledger_still_holds(lake, redrive):
    """Where Firehose lands, each once; what was forgotten meanwhile stays away."""
    good, gone = live("t1_a", 60), live("t1_b", 60)
    put(lake, KINDS["rejects"], letter(good, line=1) + b"\n" + letter(gone, line=2) + b"\n")
    lake.land(tombstone("t1_b", 90))
    lake.job().run()
    done = redrive()
    assert (done.objects, done.sent, done.landed, done.refused) == (1, 0, 2, {})
    assert lake.keys("landing_rejects/") == []
    lake.job().run()
    assert looks(lake) == [("t1_a", 60.0, "live"), ("t1_b", 90.0, "deleted")]


def test_nothing_is_deleted_before_it_is_on_its_way(lake, redrive, monkeypatch):
    """Kinesis refuses, or is not named: all is still there, and the error says what to do."""
    put(lake, KINDS["dead_letters"], letter(live("t1_a", 60)) + b"\n")
    with pytest.raises(RedriveError, match="--stream"):
        redrive(name="")
    refusal = {"Records": [{"ErrorCode": "InternalFailure"}]}
    with monkeypatch.context() as patch:
        patch.setattr(
            "wsb_lake.aws.Aws.kinesis",
            type("Down", (), {"put_records": lambda *_, **__: refusal})(),
        )
        job = lake.job()
        down = Redrive(lake.settings, job.catalog.files, job.aws.kinesis, lake.clock, STREAM)
        with pytest.raises(RedriveError, match="all still there"):
            down.run()
    assert lake.keys("dead_letters/") == [KINDS["dead_letters"]]
    assert redrive().sent == 1


def test_since_leaves_what_was_refused_before(lake, redrive):
    old, new = live("t1_a", 60), live("t1_b", 60)
    put(lake, KINDS["dead_letters"], letter(old) + b"\n" + letter(new, at=START + HOUR) + b"\n")
    done = redrive(START + HOUR)
    assert [thing for thing, _ in redrive.sent()] == ["t1_b"]
    assert done.refused == {"older_than_since": 1}


def test_drop_takes_tables_and_objects_and_says_which(lake):
    """Everything of this lake; a later run begins from nothing."""
    lake.land(live("t1_a", 60))
    job = lake.job()
    job.run()
    lake.land(live("t1_b", 60))
    for key in KINDS.values():
        put(lake, key)
    put(lake, "somebody/else", b"stays")
    gone = Drop(lake.settings, job.catalog, job.catalog.files).run(lambda: None)
    assert set(gone.tables) >= {"comments", "posts", "gaps", "tombstones"}
    assert gone.objects["landing/observations/"] == 1
    assert lake.keys("") == ["somebody/else"]
    lake.land(live("t1_c", 60))
    lake.job().run()
    assert looks(lake) == [("t1_c", 60.0, "live")]


def test_a_broken_object_holds_nothing_up(lake, redrive):
    """It stays as it is, and is counted; what comes after it goes through."""
    put(lake, "landing_rejects/a", gzip.compress(letter(live("t1_a", 60)))[:-9])
    put(lake, "landing_rejects/b", letter(live("t1_b", 60)))
    done = redrive()
    assert (done.landed, done.refused) == (1, {"unreadable_dead_letter": 1})
    assert lake.keys("landing_rejects/") == ["landing_rejects/a"]
