"""Job: takes in what landed, each observation once, and deletes it only when it is committed.

Killed anywhere, it is simply run again: rows that were committed are recognised by their
identity, objects that were not deleted are read again, and nothing else is remembered.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import structlog

from wsb_lake.append import append_chosen, append_new
from wsb_lake.batch import commits_row, read_batch
from wsb_lake.catalog import LakeCatalog
from wsb_lake.errors import LockHeldError
from wsb_lake.landing import Landing
from wsb_lake.lock import Lock
from wsb_lake.parsing import arrow_schema
from wsb_lake.rejects import Rejects
from wsb_lake.table_specs import COMMITS_FIELDS, COMMITS_TABLE, OBSERVATION_TABLES
from wsb_lake.tables import open_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyiceberg.table import Table

    from clock import Clock
    from wsb_lake.aws import Aws
    from wsb_lake.batch import Batch

# Compressed; about 100 MB of JSON and, at the worst moment, 700 MB of memory.
BATCH_BYTES = 16 * 1024 * 1024

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """The lake job of one process; keeps clients and table handles from run to run."""

    aws: Aws
    clock: Clock

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Return the tables, created or widened when first asked for."""
        return open_tables(LakeCatalog(self.aws), self.aws.settings)

    @cached_property
    def landing(self) -> Landing:
        """Return the landing prefix."""
        settings = self.aws.settings
        return Landing(self.aws.s3, settings.bucket, settings.landing_prefix)

    def run(self, time_left: Callable[[], bool] = lambda: True) -> dict[str, Any]:
        """Take in batch after batch until nothing is left or `time_left` says no."""
        started = time.monotonic()
        lock = Lock(self.aws.dynamodb, self.aws.settings.state_table or "", self.clock)
        try:
            with lock.held():
                totals = self._settle(lock, time_left)
        except LockHeldError as error:
            log.info("lake_run_skipped", reason=str(error))
            return {"skipped": str(error)}
        result = _result(totals, time.monotonic() - started)
        log.info("lake_run_done", **result)
        return result

    def _settle(self, lock: Lock, time_left: Callable[[], bool]) -> Counter[str]:
        rejects = Rejects(self.aws.s3, self.landing, self.clock)
        _ = self.tables  # readers find them, empty, even before anything landed
        totals: Counter[str] = Counter()
        done = False
        while not done:
            objects, done = self.landing.oldest(BATCH_BYTES)
            if not objects:
                break
            batch = read_batch(self.landing, rejects, objects)
            totals.update(self._commit(batch, lock))
            self.landing.delete(objects)
            done = done or not time_left()
        return totals

    def _commit(self, batch: Batch, lock: Lock) -> dict[str, int]:
        appended = {
            name: append_new(self.tables[name], batch.tables[name], self.clock, lock.renew)
            if name in batch.tables
            else 0
            for name in OBSERVATION_TABLES.values()
        }
        row = commits_row(batch, appended)
        rows = pa.Table.from_pylist([row], arrow_schema(COMMITS_FIELDS[1:]))
        append_chosen(self.tables[COMMITS_TABLE], lambda: rows, self.clock, lock.renew)
        return {key: value for key, value in row.items() if isinstance(value, int)}


def _result(totals: Counter[str], seconds: float) -> dict[str, Any]:
    return {
        "objects": totals["objects"],
        "read": totals["read"],
        "appended": {name: totals[name] for name in OBSERVATION_TABLES.values()},
        "doubles_dropped": totals["doubles_dropped"],
        "rejected": totals["rejected"],
        "seconds": round(seconds, 3),
    }
