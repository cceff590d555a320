"""`wsb lake` on AWS as a person meets it: answers, and one sentence for every mistake."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

import wsb
from tests.conftest import PROJECT
from tests.support.lake_world import observation
from wsb_lake import aws

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration


@pytest.fixture
def call(lake):
    settings = lake.settings
    given = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "WSB_LAKE_BUCKET": settings.bucket,
        "WSB_LAKE_DATABASE": settings.database,
        "WSB_LAKE_STATE_TABLE": settings.state_table,
        "WSB_LAKE_FOLDER": None,
    }

    def run(*arguments, **changes):
        aws._session.cache_clear()  # as a new process has it
        return CliRunner().invoke(wsb.main, ["lake", *arguments], env={**given, **changes})

    def start(*arguments, **changes):
        environment = {"PATH": os.environ["PATH"], **given, **changes}
        return subprocess.run(
            [sys.executable, "-m", "wsb", "lake", *arguments],
            env={name: value for name, value in environment.items() if value is not None},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    run.in_process_of_its_own = start
    return run


def test_settle_then_query(lake, call):
    lake.land(observation("comment", "t1_a"), observation("comment", "t1_b"), b"broken")
    done = call.in_process_of_its_own("settle")
    assert (done.returncode, done.stderr) == (0, "")
    assert "appended 2 comments" in done.stdout
    assert "1 lines rejected" in done.stdout
    sql = "SELECT id, score FROM comments_latest ORDER BY id"
    assert call("query", sql, "--format", "csv").stdout == '"id","score"\n"t1_a",12\n"t1_b",12\n'


def test_without_credentials_a_query_says_how_to_log_in(call):
    """What a new user meets first."""
    done = call.in_process_of_its_own("query", "SELECT 1", AWS_ACCESS_KEY_ID=None)
    assert_one_sentence(done.returncode, done.stderr, "no AWS credentials")


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        (("query", "SELECT 1"), {}, "run `wsb lake settle`"),
        (("query", "SELECT 1"), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
        (("query", "SELECT 1"), {"AWS_ENDPOINT_URL": "localhost:1"}, "begins with http://"),
        (("query", "SELECT 1"), {"AWS_REGION": None}, "set AWS_REGION (region=, --region)"),
        (("settle",), {"WSB_LAKE_STATE_TABLE": None}, "set WSB_LAKE_STATE_TABLE"),
        (("settle",), {"WSB_LAKE_STATE_TABLE": "nowhere"}, "is the lake deployed"),
        (("settle",), {"WSB_LAKE_BUCKET": "nowhere"}, "is the lake deployed"),
        (("settle",), {"WSB_LAKE_DATABASE": "nowhere"}, "does not exist"),
        (("settle",), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "does not answer"),
        (("settle",), {"WSB_CLOCK_FILE": "/nowhere"}, "WSB_CLOCK_FILE is no clock file"),
    ],
)
def test_a_mistake_is_one_sentence(call, arguments, changes, said):
    """Non-zero exit, what to do, no traceback."""
    done = call(*arguments, **changes)
    assert_one_sentence(done.exit_code, done.stderr, said)


def assert_one_sentence(status, stderr, said):
    (line,) = stderr.splitlines()
    assert said in line
    assert status == 1
