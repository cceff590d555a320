"""A lake on moto in this process: what the lake's tests land, run, crash and read."""

import gzip
import io
import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from contract import format_instant
from telemetry import Log
from tests.support.aws_emulator import make_table
from tests.support.hostile_lines import OF_THE_LIVING
from tests.support.producer_fakes import VirtualClock
from wsb_lake.aws import Aws
from wsb_lake.job.lake_job import LakeJob
from wsb_lake.job.parsing import TIMESTAMP, parse
from wsb_lake.settings import LANDING_PREFIX, JobSettings

START = 1_609_459_200.0  # 2021-01-01
KINDS = {"comments": "comment", "posts": "post", "gaps": "gap"}
NUMBERS = itertools.count(1)
READS = ("Get", "Head", "List")  # how the names of operations begin that change nothing


class MovingClock(VirtualClock):
    """A clock that, if it is told to, goes on a little each time somebody looks at it."""

    tick_seconds = 0.0

    def now(self):
        self.time += self.tick_seconds
        return super().now()


class SimulatedCrash(BaseException):
    """The process is gone: nothing may catch this."""


def observation(kind, thing_id, created=0.0, observed=60.0, **fields):
    """Return a valid observation; times are seconds after START.

    Its peak includes its score, a hidden score is unknown, a tombstone holds no texts or flags.
    """
    record = {
        "schema_version": 1,
        "kind": kind,
        "id": thing_id,
        "subreddit": "wallstreetbets",
        "created_at": format_instant(START + created),
        "observed_at": format_instant(START + observed),
    }
    seen = {
        "cause": "new",
        "state": "live",
        "score": None if fields.get("score_hidden") else 12,
        "score_hidden": False,
        "peak_score": max(12, fields.get("score") or 0),
        "author": "someone",
        "body": "to the moon \U0001f680",
    }
    own = {
        "comment": {**seen, "post_id": "t3_p", "parent_id": "t3_p", "is_submitter": False},
        "post": {**seen, "title": "DD", "upvote_ratio": 0.9},
        "gap": {
            "listing": "comments",
            "from_at": record["created_at"],
            "to_at": record["observed_at"],
            "status": "open",
            "recovered": 0,
        },
    }
    if fields.get("state", "live") != "live":
        own[kind] = {n: value for n, value in own[kind].items() if n not in OF_THE_LIVING}
    return {**record, **own[kind], **fields}


def parsed(*records):
    """Return these observations as the job's tables."""
    return parse(json.dumps(record).encode() for record in records).tables


def save_lake(folder, *records):
    tables = {
        name: table.append_column("landed_at", pa.array([int(START * 1e6)] * len(table), TIMESTAMP))
        for name, table in parsed(*records).items()
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")


@dataclass
class LakeWorld:
    """One lake of its own: bucket, database and lock table."""

    settings: JobSettings
    clock: MovingClock = field(default_factory=lambda: MovingClock(START))
    logged: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self):
        """Make what Terraform makes."""
        self.aws = Aws(self.settings)
        self._reader = self.job()
        self.aws.s3.create_bucket(Bucket=self.settings.bucket)
        self.aws.glue.create_database(DatabaseInput={"Name": self.settings.database})
        make_table(self.settings.endpoint_url, self.settings.state_table)

    def job(self, chores=()):
        return LakeJob(self.settings, self.clock, Log(self.logged), chores)

    def land(self, *records, name=None):
        """Land one gzip object; a record that is bytes lands as it is."""
        lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
        return self.land_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)), name)

    def land_bytes(self, data, name=None):
        """Land these bytes; returns the key."""
        key = f"{LANDING_PREFIX}{name or f'dt=2021-01-01/{next(NUMBERS):09d}'}"
        self.aws.s3.put_object(Bucket=self.settings.bucket, Key=key, Body=data)
        return key

    def keys(self, prefix):
        answer = self.aws.s3.list_objects_v2(Bucket=self.settings.bucket, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", ())]

    def bytes(self, key):
        return self.aws.s3.get_object(Bucket=self.settings.bucket, Key=key)["Body"].read()

    def text(self, key):
        return self.bytes(key).decode()

    def rows(self, table):
        """Return a table's rows, read by a process of its own."""
        return self._reader.tables[table].scan().to_arrow().to_pylist()

    def identities(self):
        return Counter(
            (row["id"], format_instant(row["observed_at"].timestamp()))
            for table in KINDS
            for row in self.rows(table)
        )


def crash_at(job, write):
    """Make the job's process die just before its n-th AWS call that changes anything.

    What a process leaves behind is what its calls so far have made of AWS: the same whether it
    dies before the next call, before the answer of the last, or at any call between that only
    reads. Dead it stays: every later call fails too, so that nothing is tidied up.
    """
    writes = itertools.count(1)
    dead = threading.Event()

    def die(model, **_):
        if not model.name.startswith(READS) and next(writes) == write:
            dead.set()
        if dead.is_set():
            raise SimulatedCrash

    for client in (job.aws.s3, job.aws.glue, job.aws.glue_once, job.aws.dynamodb):
        client.meta.events.register("before-call", die)
