"""Tasks: what is prepared and what is measured; each runs in a process of its own."""

from __future__ import annotations

import gzip
import io
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from bench.lake.observations import DAY_SECONDS, START, comments, day_of_looks, fullname
from contract import SCHEMA, format_instant
from telemetry import Log
from wsb_lake import open as open_lake
from wsb_lake.chores import Work
from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.forgetting.purge import purge as purge_chore
from wsb_lake.job.append import append_new
from wsb_lake.job.lake_job import LakeJob
from wsb_lake.maintenance.chores import MAINTENANCE, compact_days
from wsb_lake.settings import LANDING_PREFIX, JobSettings
from wsb_lake.tables.specs import TOMBSTONES_TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyiceberg.table import Table


IDS_A_DAY = 4500  # three looks at each: 4.9 million observations a year


class Took(NamedTuple):
    """Seconds on the wall, and of this process's computing: the server's are its own."""

    seconds: float
    cpu_seconds: float

    @classmethod
    def now(cls) -> Self:
        """Return the clocks as they are."""
        return cls(time.monotonic(), time.process_time())

    def until_now(self) -> Self:
        """Return what has passed since they were this."""
        return type(self)(time.monotonic() - self.seconds, time.process_time() - self.cpu_seconds)


class Result(NamedTuple):
    """What a task did: observations it went through, what it took, and the bytes they lie in."""

    observations: int
    took: Took
    stored_bytes: int | None = None


class LaterClock:
    """The wall's time, three hours from now: what was written just now is old enough to go."""

    def __init__(self, ahead_seconds: float = 0.0) -> None:
        self.ahead_seconds = ahead_seconds

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self.ahead_seconds

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return time.monotonic() + self.ahead_seconds

    def wait(self, seconds: float, stop: object = None) -> bool:
        """Nobody waits here."""
        raise NotImplementedError


class OwnClock(LaterClock):
    """A time of its own, which goes on only when it is told to."""

    def now(self) -> float:
        """Return seconds since 1970."""
        return self.ahead_seconds


def _job(settings: JobSettings, clock: LaterClock | None = None) -> LakeJob:
    return LakeJob(settings, clock or LaterClock(), Log(io.StringIO()))


def _work(job: LakeJob) -> Work:
    now = job.clock.now()
    return Work(
        settings=job.settings, aws=job.aws, clock=job.clock, log=job.log, tables=job.tables,
        began_at=now, s3_now=now, renew=lambda: None, time_left=lambda: True,
    )  # fmt: skip


def _stored(table: Table) -> tuple[int, int]:
    """Return how many rows a table has, and how many bytes its files."""
    files = [task.file for task in table.refresh().scan().plan_files()]
    return (
        sum(file.record_count for file in files),
        sum(file.file_size_in_bytes for file in files),
    )


def land(settings: JobSettings, ids: int, looks: int, objects: int) -> int:
    """Land looks at the comments of three days, as Firehose does; returns compressed bytes."""
    s3, landed = _job(settings).aws.s3, 0
    tables = [table for day in range(3) for table in day_of_looks(day, ids, looks)]
    rows = pa.concat_tables(tables)
    share = -(-len(rows) // objects)
    for number in range(objects):
        part = rows.slice(number * share, share).to_pylist()
        packed = gzip.compress(b"".join(map(_line, part)), 6)
        landed += len(packed)
        key = f"{LANDING_PREFIX}{number:05d}"
        s3.put_object(Bucket=settings.bucket, Key=key, Body=packed)
    return landed


def _line(row: Mapping[str, object]) -> bytes:
    record = dict(row)
    for field in SCHEMA.of_kind("comment"):
        if field.type == "timestamp" and (at := row[field.name]):
            record[field.name] = format_instant(at.timestamp())  # type: ignore[attr-defined]
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def append(settings: JobSettings) -> Result:
    """Take in what has landed."""
    job = _job(settings)
    tables = job.tables
    started = Took.now()
    done = job.run()
    took = started.until_now()
    rows, stored = _stored(tables["comments"])
    if rows != done.read:  # type: ignore[union-attr]
        raise RuntimeError(f"{done} but {rows} rows")
    return Result(rows, took, stored)


def fill_day(settings: JobSettings, ids: int, looks: int, commits: int) -> None:
    """Append a created day's looks in that many commits, in the order in which they were made."""
    table = _job(settings).tables["comments"]
    rows = pa.concat_tables(day_of_looks(0, ids, looks)).sort_by("observed_at")
    share = -(-len(rows) // commits)
    for first in range(0, len(rows), share):
        append_new(table, rows.slice(first, share), LaterClock(), lambda: None)


def settle(settings: JobSettings) -> Result:
    """Compact what there is to compact."""
    job = _job(settings)
    work = _work(job)
    before, _ = _stored(work.tables["comments"])
    started = Took.now()
    counts, complete = compact_days(work)
    took = started.until_now()
    rows, stored = _stored(work.tables["comments"])
    if rows != before or counts["rows"] < rows or not complete:
        raise RuntimeError(f"{before} rows, then {rows}: {counts}")
    return Result(rows, took, stored)


def fill_days(settings: JobSettings, days: int, ids: int, looks: int, per_commit: int) -> None:
    """Append days as they are when they are settled: one file each."""
    clock = OwnClock(START + days * DAY_SECONDS)
    table = _job(settings, clock).tables["comments"]
    for first in range(0, days, per_commit):
        chosen = range(first, min(first + per_commit, days))
        rows = [part for day in chosen for part in day_of_looks(day, ids, looks)]
        append_new(table, pa.concat_tables(rows), clock, lambda: None)


def live(settings: JobSettings, since: int, days: int, runs_a_day: int, looks: int) -> Result:
    """Run the job, maintenance and all, on a clock of its own, so often a day, from that day on.

    Each run takes in looks at things of today, yesterday and the day before.
    """
    clock = OwnClock(START + since * DAY_SECONDS)
    job = LakeJob(settings, clock, Log(io.StringIO()), MAINTENANCE)
    started, done = Took.now(), 0
    for run in range(days * runs_a_day):
        clock.ahead_seconds += DAY_SECONDS / runs_a_day
        now = int(clock.ahead_seconds)
        numbers = range(newest(since, run, looks), newest(since, run + 1, looks))
        created = [now - place % 3 * DAY_SECONDS - 60 for place in range(looks)]
        rows = comments(numbers, created, [now - 30] * looks).to_pylist()
        body = gzip.compress(b"".join(map(_line, rows)))
        job.aws.s3.put_object(Bucket=settings.bucket, Key=f"{LANDING_PREFIX}{run:06d}", Body=body)
        done += job.run().read  # type: ignore[union-attr]
    return Result(done, started.until_now())


def newest(since: int, run: int, looks: int) -> int:
    """Return the number of the first comment that this run of `live` takes in."""
    return since * IDS_A_DAY + run * looks


def shape(settings: JobSettings) -> dict[str, object]:
    """Return what maintenance leaves of the comments: what a reader has to go through."""
    table = _job(settings).tables["comments"]
    days = Counter(task.file.partition[0] for task in table.scan().plan_files())
    snapshot = table.current_snapshot()
    return {
        "data files": sum(days.values()),
        "of the newest days": [count for _, count in sorted(days.items())[-6:]],
        "manifests": len(snapshot.manifests(table.io)),  # type: ignore[union-attr]
        "snapshots": len(table.metadata.snapshots),
        "bytes of metadata": len(table.io.new_input(table.metadata_location)),
    }


def latest(settings: JobSettings) -> Result:
    """Read each comment as it was last seen, as Arrow, from a cold start."""
    return _read(settings, lambda lake: lake.arrow.latest())


def latest_scores(settings: JobSettings) -> Result:
    """Read three columns of each comment as it was last seen."""
    columns = ["id", "created_at", "score"]
    return _read(settings, lambda lake: lake.arrow.latest(columns=columns))


def as_of(settings: JobSettings) -> Result:
    """Read the comments of a week as they were known at a moment within it."""
    return _read(
        settings,
        lambda lake: lake.arrow.sql(
            "SELECT o.* FROM comments o SEMI JOIN (SELECT id, max(observed_at) AS observed_at "
            "FROM comments WHERE created_at >= $since AND observed_at <= $until GROUP BY id) k "
            "USING (id, observed_at) WHERE created_at >= $since AND observed_at <= $until",
            {"since": _instant(20), "until": _instant(27)},
        ),
    )


def history(settings: JobSettings, number: int) -> Result:
    """Read every look at one comment."""
    return _read(settings, lambda lake: lake.arrow.history(fullname(number)))


def _instant(day: int) -> str:
    return format_instant(START + day * DAY_SECONDS)


def _read(settings: JobSettings, ask: object) -> Result:
    lake = open_lake(
        database=settings.database, region=settings.region, endpoint_url=settings.endpoint_url
    )
    started = Took.now()
    rows = ask(lake)  # type: ignore[operator]
    took = started.until_now()
    if not len(rows):
        raise RuntimeError("nothing was found")
    return Result(len(rows), took)


def forget(settings: JobSettings, days: int, ids: int, count: int) -> None:
    """Enter tombstones of that many comments, spread over all days, in the ledger."""
    numbers = [place * days * ids // count for place in range(count)]
    created = [START + number // ids * DAY_SECONDS for number in numbers]
    rows = comments(numbers, created, [START + (days + 3) * DAY_SECONDS] * count)
    place = rows.schema.get_field_index("state")
    dead = rows.set_column(place, "state", pa.array(["deleted"] * count))
    Ledger(_job(settings).tables[TOMBSTONES_TABLE], LaterClock()).enter([dead], lambda: None)


def purge(settings: JobSettings) -> Result:
    """Take out every row of what is forgotten, and every file that held one."""
    job = _job(settings, LaterClock(3 * 3600))
    work = _work(job)
    started = Took.now()
    counts, complete = purge_chore(work)
    took = started.until_now()
    rows, stored = _stored(job.tables["comments"])
    states = job.tables["comments"].scan(selected_fields=("state",)).to_arrow()["state"]
    if not complete or pc.all(pc.equal(states, "live")).as_py() is not True:
        raise RuntimeError(f"not all is gone: {counts}")
    return Result(rows, took, stored)
