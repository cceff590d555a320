"""Job: takes in what landed, each observation once, and deletes it only when it is committed.

Killed anywhere, it is simply run again: rows that were committed are recognised by their
identity, objects that were not deleted are read again, and nothing else is remembered.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from contract import SCHEMA
from wsb_lake.aws import Aws
from wsb_lake.chores import Work, do_chores
from wsb_lake.errors import LockHeldError, LockLostError
from wsb_lake.events import LakeBatchDone, LakeRunDone, LakeRunSkipped
from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.forgetting.waits import tell_what_waits
from wsb_lake.job.append import append_new
from wsb_lake.job.batch import BatchReader
from wsb_lake.job.landing import Landing
from wsb_lake.job.lock import Lock
from wsb_lake.job.newer import Newer
from wsb_lake.job.rejects import Rejects
from wsb_lake.job.s3_time import s3_time
from wsb_lake.settings import LANDING_PREFIX
from wsb_lake.tables.catalog import LakeCatalog
from wsb_lake.tables.opening import open_tables
from wsb_lake.tables.specs import OBSERVATION_TABLES, TOMBSTONES_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyiceberg.table import Table

    from clock import Clock
    from telemetry import Log
    from wsb_lake.chores import Chore
    from wsb_lake.job.batch import LandedBatch
    from wsb_lake.settings import JobSettings

# Of a run's time: however much has landed, forgetting has its turn.
CHORES_SECONDS = 300
_COUNTS = ("objects", "read", "duplicates_dropped", "rejected")


@dataclass(frozen=True)
class LakeJob:
    """The lake job of one process; keeps clients and metadata from run to run."""

    settings: JobSettings
    clock: Clock
    log: Log
    chores: Sequence[Chore] = ()

    @cached_property
    def aws(self) -> Aws:
        """Return the clients."""
        return Aws(self.settings)

    @cached_property
    def catalog(self) -> LakeCatalog:
        """Return the catalog, which remembers the metadata that it has read."""
        return LakeCatalog(self.aws, self.clock)

    @property
    def tables(self) -> Mapping[str, Table]:
        """Return the tables as they are now; one that is missing or too narrow is put right."""
        return open_tables(self.catalog, self.settings)

    @cached_property
    def landing(self) -> Landing:
        """Return the landing prefix."""
        return Landing(self.aws.s3, self.settings.bucket, LANDING_PREFIX)

    def run(
        self, seconds_left: Callable[[], float] = lambda: math.inf
    ) -> LakeRunDone | LakeRunSkipped:
        """Take in batch after batch, then do the chores that are due, even if that failed.

        Ends when nothing is left to do, or after the step that leaves no seconds; no batch begins
        in the last CHORES_SECONDS of them. The first error is raised at the end.
        """
        try:
            with self.locked() as (lock, s3_now):
                tables = self.tables  # readers find them, empty, before anything has landed
                work = self._work(tables, lock, s3_now, lambda: seconds_left() > 0)
                tell_what_waits(work)
                try:
                    done = self._take_in(tables, lock, lambda: seconds_left() > CHORES_SECONDS)
                    self.log.emit(done)
                except LockLostError:
                    raise  # another run is at work
                except Exception:
                    do_chores(work, self.chores)  # what is gone on Reddit waits for no repair
                    raise
                do_chores(work, self.chores)
                return done
        except LockHeldError as error:
            skipped = LakeRunSkipped(str(error))
            self.log.emit(skipped)
            return skipped

    @contextmanager
    def held(self) -> Iterator[Work]:
        """Hold the lock for whatever a person wants done alone; raises LockHeldError."""
        with self.locked() as (lock, s3_now):
            yield self._work(self.tables, lock, s3_now, lambda: True)

    @contextmanager
    def locked(self) -> Iterator[tuple[Lock, float]]:
        """Hold the lock, and say S3's time; raises LockHeldError and ClockAheadError."""
        s3_now = s3_time(self.aws.s3, self.settings.bucket, self.clock)
        lock = Lock(self.aws.dynamodb, self.settings.state_table, self.clock)
        with lock.held():
            yield lock, s3_now

    def _work(
        self,
        tables: Mapping[str, Table],
        lock: Lock,
        s3_now: float,
        time_left: Callable[[], bool],
    ) -> Work:
        return Work(
            settings=self.settings,
            aws=self.aws,
            clock=self.clock,
            log=self.log,
            tables=tables,
            began_at=self.clock.now(),
            s3_now=s3_now,
            renew=lock.renew,
            time_left=time_left,
        )

    def _take_in(
        self, tables: Mapping[str, Table], lock: Lock, time_left: Callable[[], bool]
    ) -> LakeRunDone:
        started = time.monotonic()
        totals = self._batches(tables, lock, time_left)
        return LakeRunDone(
            objects=totals["objects"],
            read=totals["read"],
            appended={name: totals[name] for name in OBSERVATION_TABLES.values()},
            duplicates_dropped=totals["duplicates_dropped"],
            rejected=totals["rejected"],
            seconds=round(time.monotonic() - started, 3),
        )

    def _batches(
        self, tables: Mapping[str, Table], lock: Lock, time_left: Callable[[], bool]
    ) -> Counter[str]:
        rejects = Rejects(self.aws.s3, self.landing, self.clock)
        newer = Newer(self.aws.dynamodb, self.settings.state_table)
        reader = BatchReader(self.landing, rejects, self.log, SCHEMA, lock.renew, newer)
        remembered = newer.versions()
        waiting = {key: each for key, each in remembered.items() if each > SCHEMA.version}
        self._tell_waiting(waiting, reader)
        totals: Counter[str] = Counter()
        for batch in reader.batches(self.landing.oldest(waiting), time_left):
            done = self._commit(tables, batch, lock)
            self.log.emit(done)
            self.landing.delete(batch.objects)
            newer.remove(each.key for each in batch.objects if each.key in remembered)
            totals.update(done.appended)
            totals.update({name: getattr(done, name) for name in _COUNTS})
            if not time_left():
                break
        return totals

    def _tell_waiting(self, waiting: Mapping[str, int], reader: BatchReader) -> None:
        """Say it of the oldest that still waits, in each run: the alarm is to stay."""
        for key in sorted(waiting):
            if self.landing.has(key):
                reader.tell_older(key, waiting[key])
                return
            reader.newer.remove([key])  # somebody has taken it away

    def _commit(self, tables: Mapping[str, Table], batch: LandedBatch, lock: Lock) -> LakeBatchDone:
        ledger = Ledger(tables[TOMBSTONES_TABLE], self.clock)
        rows = batch.tables
        ledger.enter(rows.values(), lock.renew)
        appended = {
            name: append_new(tables[name], rows[name], self.clock, lock.renew, ledger.admitted)
            if name in rows
            else 0
            for name in OBSERVATION_TABLES.values()
        }
        return LakeBatchDone(
            objects=len(batch.objects),
            read=batch.read,
            appended=appended,
            duplicates_dropped=batch.valid - sum(appended.values()),
            rejected=batch.rejected,
        )
