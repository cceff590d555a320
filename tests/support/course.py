"""Course: a long replay through real sockets, with faults and deaths on its way, and its audit.

One replay server, one AWS, a clock; the producer is forked from a nursery.
"""

import json
import math
import os
import shutil
import signal
import sys
import time

import httpx
import psutil

from clock import FileClock
from contract import format_instant, parse_instant
from sandbox.audit import Death, LakeLedger, audit, read_reddit, read_stream
from sandbox.audit.answered import QUEUE_SECONDS
from sandbox.audit.deaths import IN_HANDS_SECONDS
from sandbox.audit.rows import identity_of, passes, without_nulls
from sandbox.audit.stream_ledger import observations_of, stream_ledger
from sandbox.process import ChildProcess
from sandbox.reddit.datafile import write_records
from tests.conftest import PROJECT
from tests.support.aws_emulator import STREAM, make_stream, make_table, producer_environment
from tests.support.sandbox_aws import SandboxAws

MINUTE = 60.0
MIN_SCORE = 10
QUEUE_WALL_SECONDS = 0.75  # on a busy machine
RETENTION_HOURS = 48
WALL_SECONDS = 60
UNWATCHED_SECONDS = 0.5  # wall; the clocks stand while the machine stalls
STEP_SEEN_SECONDS = 100.0  # a record that arrives so far from its stamp has a clock that stepped


class Course:
    """`things` are records to play, `speed` is the clock's, `limit` is of requests a minute.

    `deadline_seconds` of the wall are what a request may take.

    The producer has a clock of its own that runs with Reddit's, and that can be stepped.
    """

    def __init__(self, folder, things, *, speed, limit=60, deadline_seconds=16):
        self.folder = folder
        self.speed = speed
        self.limit = limit
        self.deadline_seconds = deadline_seconds
        self.deaths = []
        self.spans = []  # (what, from, until) of the clock
        self.pid = None
        self.log = folder / "producer.log"
        self.outbox = folder / "outbox"
        self.outbox.mkdir(parents=True)
        self.aws = SandboxAws(folder / "aws")
        self.clock = self.aws.clock
        self.own_clock = FileClock.create(folder / "own_clock", 0.0)
        self._ahead_seconds = 0.0
        self.steps = []  # (seconds, from, until) of the clock
        self.kinesis = make_stream(self.aws.url)
        # the audit reads the whole stream at the end, also of a day that lasts a little longer
        self.kinesis.increase_stream_retention_period(
            StreamName=STREAM, RetentionPeriodHours=RETENTION_HOURS
        )
        make_table(self.aws.url)
        write_records(folder / "day.ndjson.gz", things)
        told = ("--data", folder / "day.ndjson.gz", "--clock-file", folder / "aws" / "clock")
        self._children = [self._child("reddit", "sandbox.reddit", *told)]
        ready = self._children[0].wait_for("ready", WALL_SECONDS)
        self.url, self.start_at = ready["url"], ready["start_at"]
        self.clock.set(self.start_at, 0)
        self.own_clock.set(self.start_at, 0)
        self._nursery = self._child("nursery", "tests.support.nursery", stdin=True, told=self._hear)
        self._children.append(self._nursery)
        self._nursery.wait_for("open", WALL_SECONDS)
        self._born = []

    def _child(self, name, module, *arguments, stdin=False, told=None):
        return ChildProcess(
            [sys.executable, "-m", module, *map(str, arguments)],
            log=self.folder / f"{name}.log",
            directory=PROJECT,
            stdin=stdin,
            on_message=told,
        )

    def _hear(self, message):
        if message["event"] == "born":
            self._born.append(message["pid"])

    def close(self):
        """End everything that was started."""
        for child in reversed(self._children):
            child.stop()
        self.aws.close()

    # --- the producer

    def start(self, **changes):
        """Fork a producer; returns when its process is there."""
        count = len(self._born)
        environment = self._environment() | changes
        order = {"log": str(self.log), "environment": environment}
        self._nursery.send(order | {"deadline_seconds": self.deadline_seconds})
        wait_for(lambda: len(self._born) > count, "a birth")
        self.pid = self._born[-1]

    def kill(self, *, unsent_since=None):
        """End it without warning, and note when.

        `unsent_since` is since when, by the wall, Kinesis has taken nothing; then the disk goes
        too, with all that waited on it.
        """
        os.kill(self.pid, signal.SIGKILL)
        now = time.monotonic()
        # A checkpoint is written every minute of the clock, and the next one may fail to be.
        unsaved_seconds = IN_HANDS_SECONDS + 2 * MINUTE / self.speed
        if unsent_since is None:
            self.deaths.append(Death(now, unsaved_seconds=unsaved_seconds))
            return
        waited_seconds = now - unsent_since
        waited = IN_HANDS_SECONDS + waited_seconds, unsaved_seconds + waited_seconds
        self.deaths.append(Death(now, *waited))
        wait_for(lambda: not self.is_alive(), "its end")
        shutil.rmtree(self.outbox)
        self.outbox.mkdir()

    def stop(self):
        """Ask it to end, and wait until it has."""
        process = psutil.Process(self.pid)
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: process.status() == psutil.STATUS_ZOMBIE, "a clean end")

    def is_alive(self):
        """Tell whether the producer's process runs."""
        return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE

    def _environment(self):
        inherited = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV")
        own = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "WSB_CLOCK_FILE": str(self.folder / "own_clock"),
            "WSB_REQUESTS_PER_MINUTE": str(self.limit),
            "WSB_OUTBOX_FOLDER": str(self.outbox),
            "HOME": str(self.folder),
        }
        kept = {name: os.environ[name] for name in inherited if name in os.environ}
        return kept | producer_environment(self.aws.url, self.url) | own

    def last_words(self):
        """Return what the producer said last."""
        return self.log.read_text().splitlines()[-1][:500]

    def events(self):
        """Return what the producers have logged; a line that a death cut off is left out."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line[-1:] == "}"]

    # --- the clocks

    def play(self, minutes, *, speed=None, until=lambda: False):
        """Let the clocks run that long, or until a condition holds."""
        speed = speed or self.speed
        end = self.clock.now() + minutes * MINUTE
        while (left := end - self.clock.now()) > 0 and not until():
            self.clock.set_speed(speed, UNWATCHED_SECONDS)
            # set by the other one: a stall between the two would part them for good
            own = self.clock.now() + self._ahead_seconds
            self.own_clock.set(own, speed, UNWATCHED_SECONDS)
            time.sleep(min(left / speed, UNWATCHED_SECONDS / 10))
        for clock in (self.clock, self.own_clock):
            clock.set_speed(0)

    def step(self, seconds):
        """Step the producer's clock."""
        now = self.clock.now()
        if self._ahead_seconds:
            step, since, _until = self.steps.pop()
            self.steps.append((step, since, now))
        self._ahead_seconds += seconds
        if self._ahead_seconds:
            self.steps.append((self._ahead_seconds, now, math.inf))
        self.own_clock.step(seconds)

    # --- Reddit and AWS

    def fault(self, **order):
        """Switch on a fault of Reddit's."""
        httpx.post(f"{self.url}/_sandbox/faults", json=order).raise_for_status()

    def no_fault(self):
        """Switch off all faults."""
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()
        self.aws.control("DELETE", "faults")

    def status(self):
        """Return what the replay server counts."""
        return httpx.get(f"{self.url}/_sandbox/status").json()

    def close_publishing(self):
        """Publish nothing more."""
        until = {"until": self.clock.now()}
        httpx.post(f"{self.url}/_sandbox/publishing", json=until).raise_for_status()

    # --- the judgement

    def reddit(self):
        """Return what Reddit says happened."""
        return read_reddit(
            self.url,
            MIN_SCORE,
            deaths=self.deaths,
            queue_seconds=max(QUEUE_SECONDS, self.speed * QUEUE_WALL_SECONDS),
        )

    def audit(self):
        """Hold what was sent against what Reddit answered; a filter of one line makes the lake."""
        stream = read_stream(self.kinesis, STREAM, MIN_SCORE)
        lines = [*self._lines_by_one_clock()]
        rows = map(without_nulls, observations_of(lines))
        lake = {identity_of(row): row for row in rows if passes(row, MIN_SCORE)}
        judged = stream_ledger(lines, MIN_SCORE)
        assert len(judged.lines) == len(stream.lines)
        return audit(self.reddit(), judged, LakeLedger(tuple(lake.values())), MIN_SCORE)

    def _lines_by_one_clock(self):
        """Yield the records; what a stepped clock has stamped by the time of its arrival."""
        for data, arrived_at in self._records():
            row = json.loads(data)
            stamped_at = parse_instant(row["observed_at"])
            step = self._step_of(stamped_at - arrived_at, arrived_at)
            if step:
                row["observed_at"] = format_instant(stamped_at - step)
            yield json.dumps(row).encode() if step else data

    def _step_of(self, ahead, arrived_at):
        """Return what the clock had been stepped by; what is only late has not met a step."""
        for step, since, until in self.steps:
            met = since <= arrived_at <= until + STEP_SEEN_SECONDS
            if met and abs(ahead - step) < STEP_SEEN_SECONDS:
                return step
        return 0.0

    def _records(self):
        (shard,) = self.kinesis.list_shards(StreamName=STREAM)["Shards"]
        iterator = self.kinesis.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while (answer := self.kinesis.get_records(ShardIterator=iterator))["Records"]:
            for record in answer["Records"]:
                yield record["Data"], record["ApproximateArrivalTimestamp"].timestamp()
            iterator = answer["NextShardIterator"]


def wait_for(condition, what):
    """Wait on the wall."""
    deadline = time.monotonic() + WALL_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.005)
