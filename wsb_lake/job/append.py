"""Append: adds to a table the observations it does not hold yet, in one commit.

Exactly once rests on Iceberg's commit, not on the lock: keys are compared with one snapshot,
and the commit is refused unless that snapshot is still the newest; then all is done again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.typedef import Record

from wsb_lake.job.identity import distinct, without
from wsb_lake.job.known import known_keys
from wsb_lake.job.parsing import TIMESTAMP
from wsb_lake.tables.commit import committed, one_attempt
from wsb_lake.tables.data_files import DataFileWriter
from wsb_lake.tables.specs import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyiceberg.table import Table

    from clock import Clock

_DAY = "day"
_ORDER = [(name, "ascending") for name in IDENTITY]


def append_new(
    table: Table,
    batch: pa.Table,
    clock: Clock,
    before_commit: Callable[[], None],
    admitted: Callable[[pa.Table], pa.Table] = lambda rows: rows,
) -> int:
    """Append the batch's observations that the table lacks, sorted; returns how many.

    Of those only what `admitted` lets through. Another commit in between makes it choose again.
    `landed_at` is the time just before the commit, taken again for each attempt.
    """
    rows = distinct(batch)
    if not len(rows):
        return 0

    def attempt() -> int:
        table.refresh()
        chosen = admitted(without(rows, known_keys(table, rows)))
        if len(chosen):
            before_commit()
            _commit(table, _stamped(chosen, clock))
        return len(chosen)

    return committed(attempt)


def _stamped(rows: pa.Table, clock: Clock) -> pa.Table:
    """Return the rows with `landed_at` = now, cut to the millisecond: never in the future."""
    now = pa.scalar(math.floor(clock.now() * 1000) * 1000, pa.int64()).cast(TIMESTAMP)
    return rows.append_column("landed_at", pa.repeat(now, len(rows)))


def _commit(table: Table, rows: pa.Table) -> None:
    """Commit the rows onto the snapshot this table handle shows, or raise CommitFailedException."""
    with (
        one_attempt(table) as transaction,
        transaction.update_snapshot().merge_append() as update,
    ):
        for partition, part in _by_partition(table, rows):
            writer = DataFileWriter(table, partition)
            writer.write(part)
            update.append_data_file(writer.close())


def _by_partition(table: Table, rows: pa.Table) -> Iterator[tuple[Record, pa.Table]]:
    """Yield the rows of each created day, sorted, one after the other."""
    if table.spec().is_unpartitioned():
        yield Record(), rows
        return
    days = pc.floor_temporal(rows["created_at"], unit="day").cast(pa.date32()).cast(pa.int32())
    ordered = rows.append_column(_DAY, days).sort_by([(_DAY, "ascending"), *_ORDER])
    runs = pc.run_end_encode(ordered[_DAY].combine_chunks())
    ordered, start = ordered.drop_columns([_DAY]), 0
    for day, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield Record(day), ordered.slice(start, end - start)
        start = end
