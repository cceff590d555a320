"""Stage: the sandbox's Reddit, an emulated AWS and a clock, and producers as processes on it."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from random import Random

import httpx

from clock import FileClock
from sandbox.audit import read_reddit
from sandbox.process import ChildProcess
from tests.conftest import PROJECT
from tests.support.aws_emulator import make_stream, make_table, producer_environment, read_stream
from tests.support.reddit_builders import START, comment, post

MINUTES = 30
SPEED = 120.0
SLOW_SPEED = 5.0
OVERDUE_SECONDS = 35.0  # polls are half a minute apart at most
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
        process = self.start_producer()
        if after_a_death:
            self.clock.set_speed(10, 60)
        process.wait_for("started", 60)
        self.clock.set_speed(0)
        return process

    def start_producer(self, log=None, **changes):
        """Start one, and wait for nothing."""
        environment = self.environment(**changes)
        command = ["-m", "wsb", "produce"]
        self.processes.append(self._start(command, log or self.log, environment))
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

    def play_while(self, condition, *, speed, seconds):
        """Let the clock run until a condition no longer holds; fails after that long of it."""
        until = self.clock.now() + seconds
        while condition():
            assert self.clock.now() < until, f"nothing happened for {seconds} s"
            self.clock.set_speed(speed, UNWATCHED_SECONDS)
            time.sleep(UNWATCHED_SECONDS / 50)
        self.clock.set_speed(0)

    def play_until(self, minute, speed=SPEED, *, waiting=False):
        """Let the clock run to this minute of the world.

        `waiting`: slowly while a poll is overdue, so that a busy machine's producer keeps up.
        """
        while (left := START + minute * 60 - self.clock.now()) > 0:
            now_speed = SLOW_SPEED if waiting and self._is_overdue() else speed
            self.clock.set_speed(now_speed, UNWATCHED_SECONDS)
            time.sleep(min(left / now_speed, UNWATCHED_SECONDS / 5))
        self.clock.set_speed(0)

    def _is_overdue(self):
        asked_at = self.status()["newest_asked_at"]["comments"]
        return asked_at is None or self.clock.now() - asked_at > OVERDUE_SECONDS

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

    def events(self, log=None):
        return [json.loads(line) for line in (log or self.log).read_text().splitlines()]

    def close(self):
        for process in self.processes:
            process.stop()

    def _start(self, command, log, environment=None):
        command = [sys.executable, *command]
        return ChildProcess(command, log=log, environment=environment, directory=PROJECT)
