"""`wsb produce` as a process: sandbox Reddit over HTTP in, an emulated Kinesis out."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from random import Random

import boto3
import httpx
import pytest
from click.testing import CliRunner

import wsb
from clock import FileClock
from contract import problem_of_line
from producer import daemon
from sandbox.audit import read_reddit
from sandbox.process import ChildProcess
from tests.conftest import PROJECT
from tests.support.aws_emulator import (
    STREAM,
    TABLE,
    make_stream,
    make_table,
    moto_server,
    producer_environment,
    read_stream,
)
from tests.support.reddit_builders import START, comment, post

pytestmark = pytest.mark.integration

MINUTES = 30
SPEED = 120.0
LIMIT = 60
UNWATCHED_SECONDS = 0.5  # wall; the clock stands while the machine stalls


def write_world(path, minutes=MINUTES, per_minute=20):
    """Write a file for the sandbox's Reddit: a burst, deletions, edits, rising scores."""
    random = Random(1)  # noqa: S311 - the same world every time
    records = [post(f"p{n}", n * 60, looks=[(600, 20, 5, 0.9)]) for n in range(minutes // 5)]
    for minute in range(minutes):
        for _ in range(per_minute * (4 if minute == minutes // 2 else 1)):
            age = round(60 * (minute + random.random()), 1)
            at = START + age + 200
            deleted, edited = (at, "[deleted]", "[deleted]", False), (at, "better", "somebody", at)
            (changes,) = random.choices([[], [deleted], [edited]], [18, 1, 1])
            top = random.choice([1, 1, 1, 3, 12, 40])
            looks = [(300, 1 + top // 2), (1500, top)]
            texts = {"body": f"{len(records)} 🚀 to the moon", "author": "somebody"}
            id_ = f"c{len(records)}"
            records.append(comment(id_, age, looks=looks, changes=changes, **texts))
    records.sort(key=lambda record: record["data"]["created_utc"])
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))


class Stage:
    """Reddit, AWS and a clock, and the producer's processes on it."""

    def __init__(self, folder, aws):
        self.folder = folder
        self.aws = aws
        self.clock = FileClock.create(folder / "clock", START)
        httpx.post(f"{aws}/moto-api/reset").raise_for_status()
        self.kinesis = make_stream(aws)
        make_table(aws)
        data = folder / "world.ndjson.gz"
        write_world(data)
        command = ["-m", "sandbox.reddit", "--data", data, "--clock-file", folder / "clock"]
        self.processes = [self._start(command, folder / "reddit.log")]
        self.reddit_url = self.processes[0].wait_for("ready", 60)["url"]
        self.log = folder / "producer.log"

    def environment(self, **changes):
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "WSB_", "praw_", "COV"))
        }
        own = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "WSB_CLOCK_FILE": str(self.folder / "clock"),
            "WSB_REQUESTS_PER_MINUTE": str(LIMIT),
            "HOME": str(self.folder),
        }
        return inherited | producer_environment(self.aws, self.reddit_url) | own | changes

    def produce(self, *, after_a_death=False):
        """Start one; a dead one's lease ends by the clock, which otherwise stands meanwhile."""
        self.processes.append(self._start(["-m", "wsb", "produce"], self.log, self.environment()))
        if after_a_death:
            self.clock.set_speed(10, 60)
        self.processes[-1].wait_for("started", 60)
        self.clock.set_speed(0)
        return self.processes[-1]

    def starts(self):
        return [event for event in self.events() if event["event"] == "started"]

    def run(self, command, **changes):
        return subprocess.run(
            [sys.executable, "-m", "wsb", command],
            cwd=PROJECT,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def play_until(self, minute, speed=SPEED):
        """Let the clock run to this minute of the world."""
        while (left := START + minute * 60 - self.clock.now()) > 0:
            self.clock.set_speed(speed, UNWATCHED_SECONDS)
            time.sleep(min(left / speed, UNWATCHED_SECONDS / 5))
        self.clock.set_speed(0)

    def stop(self, process):
        """Ask for a clean stop; returns (exit code, wall seconds)."""
        began = time.monotonic()
        process.signal(signal.SIGTERM)
        return process.wait(30), time.monotonic() - began

    def fault(self, **order):
        httpx.post(f"{self.reddit_url}/_sandbox/faults", json=order).raise_for_status()

    def status(self):
        return httpx.get(f"{self.reddit_url}/_sandbox/status").json()

    def ledger(self):
        return read_reddit(self.reddit_url, min_score=10)

    def lines(self):
        return [data for _, data in read_stream(self.kinesis)]

    def events(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def close(self):
        for process in self.processes:
            process.stop()

    def _start(self, command, log, environment=None):
        command = [sys.executable, *command]
        return ChildProcess(command, log=log, environment=environment, directory=PROJECT)


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
    stage.play_until(MINUTES + 3)
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


def test_killed_in_the_middle_it_goes_on_and_nothing_is_missing(stage):
    producer = stage.produce()
    stage.play_until(MINUTES / 2)
    producer.signal(signal.SIGKILL)
    producer.wait(30)
    stage.play_until(MINUTES / 2 + 2)
    producer = stage.produce(after_a_death=True)
    stage.play_until(MINUTES + 3)
    assert stage.stop(producer)[0] == 0
    observations, ledger = observations_of(stage.lines()), stage.ledger()
    assert readable(ledger) <= {each["id"] for each in observations}
    assert kept(observations) <= ledger.kept_expected
    assert [event["tracked"] > 0 for event in stage.starts()] == [False, True]


def test_faults_of_reddit_lose_nothing(stage):
    """429, 5xx, HTML, cut JSON, an expired token, a 403: asked again, later.

    Whatever is logged meanwhile holds no body and no author.
    """
    producer = stage.produce()
    stage.play_until(2)
    faults = ["429", "500", "503", "html", "truncated", "expired_token", "403"]
    for minute, kind in enumerate(faults, start=2):
        stage.fault(kind=kind, count=2)
        stage.play_until(minute * 2)
    stage.fault(kind="502", probability=0.3, seconds=300)
    stage.play_until(MINUTES + 5)
    assert stage.stop(producer)[0] == 0
    observations, ledger = observations_of(stage.lines()), stage.ledger()
    assert readable(ledger) <= {each["id"] for each in observations}
    assert ledger.kept_expected == kept(observations)
    names = {event["event"] for event in stage.events()}
    assert {"reddit_unavailable", "reddit_rate_limited"} <= names
    assert not re.search("moon|somebody", stage.log.read_text())


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
    monkeypatch.setattr(daemon, "stop_on_signals", lambda _stop: None)

    def run(command, **changes):
        boto3.DEFAULT_SESSION = None  # it would remember another test's credentials
        gone = dict.fromkeys(os.environ)
        return CliRunner().invoke(wsb.main, [command], env=gone | resting.environment(**changes))

    yield run
    boto3.DEFAULT_SESSION = None


def test_check_says_that_all_is_well(resting):
    result = resting.run("check")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines() == [
        "ok       r/wallstreetbets can be read",
        f"ok       Kinesis stream {STREAM}",
        f"ok       DynamoDB table {TABLE}",
    ]


def test_check_looks_at_what_is_set(in_process):
    """A laptop has Reddit's credentials and no stream: they can be tried there."""
    result = in_process("check", WSB_STREAM_NAME="", WSB_STATE_TABLE="", AWS_REGION="")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "ok       r/wallstreetbets can be read",
        "not set  WSB_STREAM_NAME, WSB_STATE_TABLE, AWS_REGION (only needed by `wsb produce`)",
    ]


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
