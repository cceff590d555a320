"""A process that lands 500 objects, takes them in and prints how much memory that took.

Run as `python -m tests.support.lake_hoard SETTINGS`, so that the peak is the job's own.
"""

import gzip
import json
import resource
import sys

from clock import SystemClock
from contract import format_instant
from telemetry import Log
from tests.support.lake_world import observation
from wsb_lake.aws import Aws
from wsb_lake.chores import Work
from wsb_lake.job.lake_job import LakeJob
from wsb_lake.maintenance.chores import compact_days
from wsb_lake.settings import LANDING_PREFIX, JobSettings

LARGE, SMALL = 8, 492
LINES = 6_300  # of a large object: 64 MB of JSON in 100 kB
REDDIT_BEGAN, NOW = 1_120_000_000, 1_609_459_200
DAYS = 2000


def large(number):
    """Return posts with 10 kB of one letter, of one created day."""
    body = "x" * 10_000
    for line in range(LINES):
        yield observation("post", f"t3_{number}_{line}", observed=60 + number, body=body)


def small(number):
    """Return comments whose clocks say anything."""
    for line in range(4):
        created = REDDIT_BEGAN + (number * 4 + line) % DAYS * 86_400
        at = {
            "created_at": format_instant(created),
            "observed_at": format_instant(created + number),
        }
        yield observation("comment", f"t1_{number}_{line}", **at)


def main(settings):
    """Land, take in, compact, and say what that took."""
    aws = Aws(settings)
    landed = 0
    for number in range(LARGE + SMALL):
        records = large(number) if number % 60 == 0 and number < LARGE * 60 else small(number)
        packed = gzip.compress(b"".join(_line(record) for record in records), 6)
        landed += LINES if number % 60 == 0 and number < LARGE * 60 else 4
        key = f"{LANDING_PREFIX}{number:05d}"
        aws.s3.put_object(Bucket=settings.bucket, Key=key, Body=packed)
    job = LakeJob(settings, SystemClock(), Log(sys.stderr))
    done = job.run()
    work = Work(
        settings=settings, aws=job.aws, clock=job.clock, log=job.log, tables=job.tables,
        began_at=0.0, s3_now=0.0, renew=lambda: None, time_left=lambda: True,
    )  # fmt: skip
    compact_days(work)
    told = {
        "objects": done.objects,
        "rejected": done.rejected,
        "appended": sum(done.appended.values()),
        "landed": landed,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _line(record):
    return json.dumps(record).encode() + b"\n"


if __name__ == "__main__":
    main(JobSettings(**json.loads(sys.argv[1])))
