"""`wsb lake settle | purge | redrive | stats | drop` as a person meets them."""

import json

import pytest
from click.testing import CliRunner

import wsb
from clock import SystemClock
from tests.support.aws_emulator import STREAM, make_stream, read_stream
from tests.support.lake_files import holders
from tests.support.looks import live, looks, tombstone
from wsb_lake import aws
from wsb_lake.job.lock import Lock

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

SECRET = "a planted body"


@pytest.fixture
def call(lake):
    settings = lake.settings
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "WSB_LAKE_BUCKET": settings.bucket,
        "WSB_LAKE_DATABASE": settings.database,
        "WSB_LAKE_STATE_TABLE": settings.state_table,
    }

    def run(*arguments, answer=None, **changes):
        aws._session.cache_clear()  # as a new process has it
        return CliRunner().invoke(
            wsb.main,
            ["lake", *arguments],
            env={**environment, **changes},
            input=answer,
            catch_exceptions=False,
        )

    return run


def put(lake, key, data):
    lake.aws.s3.put_object(Bucket=lake.settings.bucket, Key=key, Body=data)


def letter(record):
    values = {"reason": "x", "failed_at": "2021-01-01T00:00:00.000Z", "encoding": "utf-8"}
    return json.dumps({**values, "original": json.dumps(record)}).encode()


def test_purge_says_what_is_gone_and_it_is(lake, call):
    """At once, whatever the schedule says; in a sentence, or as JSON."""
    lake.land(live("t1_a", 60, body=SECRET), live("t1_b", 60), tombstone("t1_a", 90))
    assert call("settle").exit_code == 0
    lake.land(live("t1_c", 60, body=SECRET), tombstone("t1_c", 90))
    settled = json.loads(call("settle", "--json").stdout)
    assert (settled["objects"], settled["appended"]["comments"]) == (1, 1)
    done = call("purge")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("1 tombstones purged: 0 rows and ")
    assert holders(lake, SECRET)[SECRET] == set()
    lake.land(tombstone("t1_b", 90))
    call("settle")
    assert json.loads(call("stats", "--json").stdout)["tombstones_pending"] == 1
    gone = json.loads(call("purge", "--json").stdout)
    assert (gone["tombstones"], gone["rows"], gone["waiting"]) == (1, 1, 0)
    assert looks(lake) == [(f"t1_{name}", 90.0, "deleted") for name in "abc"]


def test_redrive_sends_and_counts(lake, call):
    """And says the reasons of what is refused; without a stream's name, what to set."""
    stream = make_stream(lake.settings.endpoint_url)
    good = live("t1_a", 60)
    put(lake, "dead_letters/dt=x/a", letter(good) + b"\n" + letter({"kind": "comment"}))
    refused = call("redrive")
    assert refused.exit_code == 1
    assert "set WSB_STREAM_NAME (--stream)" in refused.stderr
    done = call("redrive", "--stream", STREAM)
    assert done.stdout == (
        "1 dead letters sent to the stream again, 0 rejects landed again; "
        "still refused: 1 missing:schema_version\n"
    )
    assert [data for _, data in read_stream(stream)] == [json.dumps(good).encode()]
    late = call("redrive", "--stream", STREAM, "--since", "2022-01-01T00:00:00.000Z", "--json")
    assert late.stderr == ""
    assert json.loads(late.stdout)["refused"] == {"older_than_since": 1}
    assert "--since must be a time such as" in call("redrive", "--since", "yesterday").stderr
    stream.delete_stream(StreamName=STREAM)


def test_stats_say_how_the_lake_is(lake, call):
    """Every figure, by value."""
    lake.land(live("t1_a", 60), live("t1_a", 70), live("t3_a", 60), tombstone("t1_b", 90))
    lake.job().run()
    lake.land(live("t1_c", 60))
    put(lake, "dead_letters/dt=x/a", b"x")
    found = json.loads(call("stats", "--json").stdout)
    comments = found["tables"]["comments"]
    assert {name: comments[name] for name in ("rows", "files", "small_files", "snapshots")} == {
        "rows": 3,
        "files": 1,
        "small_files": 1,
        "snapshots": 1,
    }
    assert comments["bytes"] > 1000
    assert found["tables"]["posts"]["rows"] == 1
    assert (found["tombstones"], found["tombstones_pending"]) == (1, 1)
    assert (found["landing_objects"], found["residues"]["dead_letters"]["objects"]) == (1, 1)
    assert found["residues"]["query_results"] == {
        "objects": 0,
        "oldest_hours": None,
        "kept_hours": 12,
    }
    printed = call("stats").stdout
    assert "tombstones: 1, of which 1 are to be purged" in printed
    assert "landed and not committed: 1 objects" in printed
    assert "dead letters: 1 objects" in printed


def test_drop_asks_first(lake, call):
    """It says what goes, and nothing goes without a yes."""
    lake.land(live("t1_a", 60))
    lake.job().run()
    put(lake, "athena/x.csv", b"x")
    asked = call("drop", answer="n\n")
    assert asked.exit_code == 1
    assert "tombstones) and " in asked.stderr
    assert f"of s3://{lake.settings.bucket}, for good" in asked.stderr
    assert looks(lake) == [("t1_a", 60.0, "live")]
    done = call("drop", "--yes")
    assert (done.exit_code, done.stdout.startswith("gone: ")) == (0, True)
    assert lake.keys("") == []
    assert json.loads(call("drop", "--yes", "--json").stdout)["tables"] == []


def test_stats_make_no_tables(lake, call):
    """They only look: a lake without tables is told in a sentence, and has none afterwards."""
    told = call("stats")
    assert (told.exit_code, "does not exist" in told.stderr) == (1, True)
    assert lake.aws.glue.get_tables(DatabaseName=lake.settings.database)["TableList"] == []


@pytest.mark.parametrize("command", [("purge",), ("drop", "--yes")])
def test_a_run_at_work_is_not_disturbed(lake, call, command):
    """Another holds the lock: one sentence, and nothing is changed."""
    lake.land(live("t1_a", 60))
    lake.job().run()
    with Lock(lake.aws.dynamodb, lake.settings.state_table, SystemClock()).held():
        refused = call(*command)
    assert (refused.exit_code, refused.stderr) == (1, "Error: another run holds the lock\n")
    assert looks(lake) == [("t1_a", 60.0, "live")]


@pytest.mark.parametrize(
    ("command", "changes", "said"),
    [
        (("purge",), {"WSB_LAKE_STATE_TABLE": "nowhere"}, "is the lake deployed"),
        (("purge",), {"WSB_LAKE_DATABASE": "nowhere"}, "does not exist"),
        (("redrive",), {"WSB_LAKE_BUCKET": "nowhere"}, "is the lake deployed"),
        (("stats",), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
        (("stats",), {"WSB_LAKE_RESIDUE_HOURS": "21"}, "1 to 20"),
        (("drop",), {"WSB_LAKE_BUCKET": "nowhere"}, "is the lake deployed"),
    ],
)
def test_a_mistake_is_one_sentence(call, command, changes, said):
    """Non-zero exit, what to do, no traceback."""
    done = call(*command, **changes)
    (line,) = done.stderr.splitlines()
    assert said in line
    assert done.exit_code == 1
