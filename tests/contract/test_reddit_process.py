"""The sandbox's Reddit as a process: what the demo starts, asks and stops."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clock import FileClock

PROJECT = Path(__file__).parent.parent.parent
STATUS = {
    "now", "published", "read", "requests", "requests_by_endpoint", "crossed", "found", "reached",
    "requests_per_minute_max", "newest_asked_at", "refused",
}  # fmt: skip
LEDGER = {
    "id", "created", "is_served", "is_brief", "is_unasked", "true_peak", "versions", "moments",
    "walls", "taken_by", "via", "shown", "scores", "num_comments", "upvote_ratios", "lacked",
}  # fmt: skip


@contextmanager
def started(folder):
    clock = FileClock.create(folder / "clock", 0.0)
    day = ["--generate", "--seed", "3", "--hours", "0.2", "--comments-per-minute", "20"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.reddit", *day, "--clock-file", folder / "clock"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process, clock, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with started(tmp_path_factory.mktemp("reddit")) as (_, clock, ready):
        yield clock, ready


@pytest.fixture
def control(running):
    with httpx.Client(base_url=f"{running[1]['url']}/_sandbox") as control:
        yield control


def test_it_listens_once_it_says_so_and_its_status_follows_the_shared_clock(running, control):
    """Nothing is published before the clock comes to the world's start."""
    clock, ready = running
    assert ready["event"] == "ready"
    before = control.get("/status").json()
    clock.set(ready["start_at"] + 600, 0.0)
    after = control.get("/status").json()
    assert before.keys() == after.keys() == STATUS
    assert before["published"] == {"t1": 0, "t3": 0}
    assert 100 < after["published"]["t1"] < 300
    assert after["now"] == ready["start_at"] + 600
    assert all(json.loads(line).keys() == LEDGER for line in control.get("/ledger").iter_lines())


@pytest.mark.parametrize(
    ("method", "page", "body", "message"),
    [
        ("GET", "/ledger?until=soon", None, "`until` is a number"),
        ("POST", "/publishing", {"from": 1}, 'Send {"until"'),
        ("POST", "/publishing", None, 'Send {"until"'),
        ("POST", "/faults", {"kind": "flood"}, "The kind of a fault is one of"),
        ("POST", "/faults", None, "Send a fault as JSON"),
    ],
)
def test_a_wrong_order_is_answered_with_what_is_wrong(control, method, page, body, message):
    """400, one sentence."""
    answer = control.request(method, page, json=body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path, number):
    """Even while a client is connected; nothing on stderr."""
    with started(tmp_path) as (process, _, ready), httpx.Client() as client:
        client.get(f"{ready['url']}/_sandbox/status")
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, b"")
