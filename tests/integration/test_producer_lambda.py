"""`producer.lambda_handler` on real edges: Reddit by HTTP, an emulated AWS, threads, a time-out."""

import json
import os
import subprocess
import sys
import time

import pytest

import producer
from contract import problem_of_line
from producer import aws_lambda
from sandbox.aws.environment import client_of
from tests.support.aws_emulator import TABLE
from tests.support.producer_stage import Stage

pytestmark = pytest.mark.integration

SPEED = 30.0
TIMEOUT_SECONDS = 12.0  # of which it works seven


class Context:
    """What Lambda hands over: here with a time-out of a few seconds."""

    def __init__(self, seconds=TIMEOUT_SECONDS):
        self.ends_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self):
        return max(0, int((self.ends_at - time.monotonic()) * 1000))


@pytest.fixture
def stage(tmp_path, aws_url, monkeypatch):
    stage = Stage(tmp_path, aws_url)
    for name in list(os.environ):
        if name.startswith(("AWS_", "WSB_", "praw_")):
            monkeypatch.delenv(name)
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    aws_lambda._face.cache_clear()
    yield stage
    stage.close()
    aws_lambda._face.cache_clear()


def invoke(stage):
    """Invoke it while the clock runs; returns what it said and how long it took."""
    began = time.monotonic()
    stage.clock.set_speed(SPEED, 2 * TIMEOUT_SECONDS)
    said = producer.lambda_handler({}, Context())
    stage.clock.set_speed(0)
    return said["produced"], time.monotonic() - began


def lease(stage):
    key = {"pk": {"S": "producer#wallstreetbets"}, "sk": {"S": "lease"}}
    return client_of(stage.aws, "dynamodb").get_item(TableName=TABLE, Key=key)["Item"]


def test_two_invocations_of_one_process_share_their_memory(stage, capsys):
    """All that was read is in the stream, the state is saved, and the lease is free again."""
    for fence in ("1", "2"):
        produced, seconds = invoke(stage)
        assert (produced, seconds < TIMEOUT_SECONDS) == (True, True)
        assert "owner" not in lease(stage)
        assert lease(stage)["fence"]["N"] == fence
    assert {problem_of_line(line) for line in stage.lines()} == {None}
    read = stage.ledger().read
    assert {json.loads(line)["id"] for line in stage.lines()} == read
    assert len(read) > 50
    assert capsys.readouterr().out.count('"event": "started"') == 1


def test_a_daemon_at_work_leaves_it_nothing_to_do(stage):
    """One lease for both faces: a deployment may change from one to the other."""
    daemon = stage.start_producer()
    daemon.wait_for("started", 60)
    assert invoke(stage)[0] is False
    assert stage.stop(daemon)[0] == 0
    assert invoke(stage)[0] is True
    assert lease(stage)["fence"]["N"] == "2"


def test_importing_the_handler_loads_nothing_else():
    """The package is imported for far smaller things, by the sandbox for one."""
    code = "import producer, sys; print('praw' in sys.modules, 'boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
