"""`wsb produce` as a process: sandbox Reddit over HTTP in, an emulated Kinesis out."""

import json
import os
import re
import subprocess
import sys

import boto3
import pytest
from click.testing import CliRunner

import wsb
from contract import problem_of_line
from producer import daemon
from tests.conftest import PROJECT
from tests.support.aws_emulator import (
    STREAM,
    TABLE,
    moto_server,
)
from tests.support.producer_stage import LIMIT, MINUTES, SPEED, Stage

pytestmark = pytest.mark.integration


@pytest.fixture
def stage(tmp_path, aws_url):
    stage = Stage(tmp_path, aws_url)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def resting(tmp_path_factory):
    """Return a stage on which nothing is left behind."""
    with moto_server() as url:
        stage = Stage(tmp_path_factory.mktemp("resting"), url)
        stage.clock.set_speed(SPEED)
        yield stage
        stage.close()


def observations_of(lines):
    assert {problem_of_line(line) for line in lines} == {None}
    return [json.loads(line) for line in lines]


def readable(ledger):
    """Return what was served, but for what came and went while a busy machine let nobody ask."""
    assert len(ledger.unasked) < 5
    return ledger.served - ledger.unasked


def kept(observations):
    return {
        each["id"]
        for each in observations
        if each["kind"] == "comment" and (each["peak_score"] or 0) >= 10
    }


def test_everything_served_is_in_the_stream_and_the_stop_is_clean(stage):
    """Also: who was ever shown at 10 is kept, deletions are seen, and the quota holds."""
    producer = stage.produce()
    stage.play_until(MINUTES + 3, waiting=True)
    code, seconds = stage.stop(producer)
    assert (code, seconds < 10) == (0, True)
    observations, ledger = observations_of(stage.lines()), stage.ledger()
    ids = {each["id"] for each in observations}
    assert len(ledger.served) > 600
    assert readable(ledger) <= ids
    assert ledger.read == ids
    assert ledger.kept_expected == kept(observations)
    assert {"deleted", "live"} <= {each["state"] for each in observations}
    identities = [(each["id"], each["observed_at"]) for each in observations]
    assert len(identities) == len(set(identities))
    assert stage.status()["requests_per_minute_max"] <= LIMIT
    assert stage.status()["refused"] == 0
    names = [event["event"] for event in stage.events()]
    assert names[:2] == ["lease_taken", "started"]
    assert (names[-1], "progress" in names) == ("stopped", True)


def test_a_stop_in_the_middle_delivers_and_saves_what_was_read(stage):
    """While the clock stands: whatever the producer waits for, SIGTERM ends it."""
    producer = stage.produce()
    stage.play_until(2.5)
    code, seconds = stage.stop(producer)
    assert (code, seconds < 10) == (0, True)
    ids = {each["id"] for each in observations_of(stage.lines())}
    assert stage.ledger().read == ids
    stage.stop(stage.produce())
    assert [event["tracked"] for event in stage.starts()] == [0, len(ids)]


@pytest.fixture
def in_process(resting, monkeypatch):
    """Return what runs a command of `wsb` in this process, as fast as a function."""
    monkeypatch.setattr(daemon, "stop_on_signals", lambda *_: None)

    def run(command, **changes):
        boto3.DEFAULT_SESSION = None  # it would remember another test's credentials
        gone = dict.fromkeys(os.environ)
        return CliRunner().invoke(wsb.main, [command], env=gone | resting.environment(**changes))

    yield run
    boto3.DEFAULT_SESSION = None


def test_check_says_that_all_is_well(resting):
    result = resting.run("check")
    assert result.returncode == 0, result.stdout + result.stderr
    *found, written, sweep, promised = result.stdout.splitlines()
    assert found == [
        "ok       r/wallstreetbets can be read",
        f"ok       Kinesis stream {STREAM}",
        f"ok       DynamoDB table {TABLE}",
    ]
    assert re.match(r"ok       \d+\.\d comments and \d+\.\d posts a minute lately: ", written)
    assert re.search(r" \d+\.\d once the lake holds 90 days, \d+\.\d once .* 365 days$", sweep)
    assert re.search(r" \d+\.\d requests a minute, with WSB_LAKE_RETENTION_DAYS=365, of ", promised)


def test_check_looks_at_what_is_set(in_process):
    """A laptop has Reddit's credentials and no stream: they can be tried there."""
    result = in_process("check", WSB_STREAM_NAME="", WSB_STATE_TABLE="", AWS_REGION="")
    assert result.exit_code == 0
    first, *_, last = result.output.splitlines()
    assert first == "ok       r/wallstreetbets can be read"
    assert last == (
        "not set  WSB_STREAM_NAME, WSB_STATE_TABLE, AWS_REGION (only needed by `wsb produce`)"
    )


def test_check_says_first_what_is_wrong_with_a_thing(in_process):
    """No line reads as if it worked."""
    result = in_process("check", praw_client_secret="wrong", WSB_STREAM_NAME="nowhere")
    assert result.exit_code == 1
    missing = "it does not exist: apply Terraform, or fix its name or region"
    wrong = [line for line in result.output.splitlines() if line.startswith("WRONG")]
    assert wrong == [
        "WRONG    r/wallstreetbets: Reddit does not accept the client id and secret",
        f"WRONG    Kinesis stream nowhere: ResourceNotFoundException: {missing}",
    ]


def test_a_failed_start_is_one_sentence_and_a_failure(resting):
    """As a process too: nothing but the sentence, on the error stream."""
    result = resting.run("produce", praw_client_secret="")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: Reddit credentials: add client_secret to ")
    assert (result.stderr.count("\n"), result.stdout) == (1, "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"praw_client_secret": "wrong"}, "not accept the client id and secret"),
        ({"praw_client_secret": ""}, "add client_secret"),
        ({"WSB_REDDIT_URL": "http://127.0.0.1:9"}, "cannot be reached: no connection"),
        ({"WSB_REDDIT_URL": "127.0.0.1:9"}, "WSB_REDDIT_URL must be an address"),
        ({"WSB_SUBREDDIT": "nosuchthing"}, "no such subreddit"),
        ({"WSB_SUBREDDIT": "r/wallstreetbets"}, "must be a name without r/"),
        ({"WSB_STREAM_NAME": "nowhere"}, "nowhere: ResourceNotFoundException"),
        ({"WSB_STATE_TABLE": "nowhere"}, "nowhere: ResourceNotFoundException"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS cannot be reached"),
        ({"WSB_MIN_SCORE": "ten"}, "WSB_MIN_SCORE must be a whole number"),
        ({"WSB_CLOCK_FILE": "/nowhere/clock"}, "WSB_CLOCK_FILE"),
    ],
)
@pytest.mark.parametrize("command", ["check", "produce"])
def test_what_is_wrong_is_one_sentence_and_a_failure(in_process, command, changes, expected):
    result = in_process(command, **changes)
    assert isinstance(result.exception, SystemExit)  # not a traceback
    assert result.exit_code != 0
    assert expected in result.output


def test_a_running_producer_says_what_it_is_doing(stage, tmp_path):
    """`wsb produce --status`: figures as they are, and nothing once it is gone."""
    folder = {"WSB_OUTBOX_FOLDER": str(tmp_path / "outbox")}
    asked = [sys.executable, "-m", "wsb", "produce", "--status"]

    def ask(*options):
        return subprocess.run(
            [*asked, *options],
            env=stage.environment(**folder),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert ask().returncode == 1
    producer = stage.start_producer(**folder)
    producer.wait_for("started", 60)
    stage.play_until(4)

    def figures():
        return json.loads(ask("--json").stdout)

    stage.play_while(lambda: not figures()["gauges"].get("tracked"), speed=5, seconds=300)
    status = figures()
    assert (status["process"], status["doing"]) == (producer.pid, "reading r/wallstreetbets")
    assert status["gauges"]["tracked"] == status["counts"]["observations_new"] > 20
    shown = ask()
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("reading r/wallstreetbets; up for ")
    assert re.search(r"^requests +\d+ in the last minute", shown.stdout, re.MULTILINE)
    assert stage.stop(producer)[0] == 0
    gone = ask()
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr == f"Error: no producer is running that uses {tmp_path / 'outbox'}\n"
