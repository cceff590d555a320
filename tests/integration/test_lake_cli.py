"""`wsb lake` as a person meets it: answers, and one sentence for every mistake."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.support.lake_world import observation

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration


@pytest.fixture
def wsb(lake):
    """Return a caller of the command, in an environment as a user has it."""

    def call(*arguments, **changes):
        settings = lake.settings
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": settings.region,
            "AWS_ENDPOINT_URL": settings.endpoint_url,
            "WSB_LAKE_BUCKET": settings.bucket,
            "WSB_LAKE_DATABASE": settings.database,
            "WSB_LAKE_STATE_TABLE": settings.state_table,
            **changes,
        }
        return subprocess.run(
            [sys.executable, "-m", "wsb", "lake", *arguments],
            env={name: value for name, value in environment.items() if value is not None},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def test_settle_then_query(lake, wsb):
    """What landed is there; the query prints it in each form."""
    lake.land(observation("comment", "t1_a"), observation("comment", "t1_b"), b"broken")
    done = wsb("settle")
    assert (done.returncode, done.stderr) == (0, "")
    assert "appended 2 comments" in done.stdout
    assert "1 lines rejected" in done.stdout
    sql = "SELECT id, score FROM comments_latest ORDER BY id"
    rows = json.loads(wsb("query", sql, "--format", "json").stdout)
    assert rows == [{"id": "t1_a", "score": 12}, {"id": "t1_b", "score": 12}]
    csv = '"id","score"\n"t1_a",12\n"t1_b",12\n'
    assert wsb("query", sql, "--format", "csv").stdout == csv
    assert "t1_b" in wsb("query", sql).stdout


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        (("query", "SELECT 1"), {}, "run `wsb lake settle`"),
        (("query", "SELECT 1"), {"WSB_LAKE_DATABASE": None}, "set WSB_LAKE_DATABASE"),
        (("query", "SELECT 1"), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
        (("query", "SELECT 1"), {"AWS_ENDPOINT_URL": "localhost:1"}, "begins with http://"),
        (("query", "SELECT 1"), {"AWS_ACCESS_KEY_ID": None}, "no AWS credentials"),
        (("query", "SELECT 1"), {"AWS_REGION": None}, "set AWS_REGION"),
        (("settle",), {"WSB_LAKE_STATE_TABLE": None}, "set WSB_LAKE_STATE_TABLE"),
        (("settle",), {"WSB_LAKE_STATE_TABLE": "nowhere"}, "is the lake deployed"),
        (("settle",), {"WSB_LAKE_BUCKET": "nowhere"}, "is the lake deployed"),
        (("settle",), {"WSB_LAKE_DATABASE": "nowhere"}, "does not exist"),
        (("settle",), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
    ],
)
def test_a_mistake_is_one_sentence(wsb, arguments, changes, said):
    """Non-zero exit, what to do, no traceback."""
    done = wsb(*arguments, **changes)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "DuckDB cannot run this query"),
        ("SELECT no FROM comments", "DuckDB cannot run this query"),
        ("FROM nowhere", "DuckDB cannot run this query"),
        (" -- nothing", "no SQL statement"),
        ("SELECT timestamptz 'infinity'", "beyond the year 9999"),
        ("SELECT error('late') FROM range(99999)", "DuckDB cannot run this query"),
    ],
)
def test_bad_sql_is_one_sentence(lake, wsb, sql, said):
    """DuckDB's own first line, or what cannot be printed."""
    lake.job().run()
    done = wsb("query", sql)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
