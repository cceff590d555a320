"""Append: adds to a table the observations it does not hold yet, in one commit.

Exactly once rests on Iceberg's commit, not on the lock: keys are compared with one snapshot,
and the commit is refused unless that snapshot is still the newest; then all is done again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import And
from pyiceberg.expressions.parser import parse

from wsb_lake.job.identity import distinct, without
from wsb_lake.job.parsing import TIMESTAMP
from wsb_lake.tables.specs import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.expressions import BooleanExpression
    from pyiceberg.table import Table

    from clock import Clock

ATTEMPTS = 10  # each failed one means that another commit went through
_NO_BLIND_RETRY = {"commit.retry.num-retries": "0"}


def append_new(
    table: Table,
    batch: pa.Table,
    clock: Clock,
    before_commit: Callable[[], None],
    admitted: Callable[[pa.Table], pa.Table] = lambda rows: rows,
) -> int:
    """Append the batch's observations that the table lacks, sorted; returns how many.

    Of those only what `admitted` lets through, which is asked for each attempt.
    """
    rows = distinct(batch)
    if not len(rows):
        return 0
    return append_chosen(
        table, lambda: admitted(without(rows, known_keys(table, rows))), clock, before_commit
    )


def append_chosen(
    table: Table, choose: Callable[[], pa.Table], clock: Clock, before_commit: Callable[[], None]
) -> int:
    """Append what `choose` returns for the table's newest snapshot; returns how many rows.

    Another commit in between makes it choose again. `landed_at` is the time just before the
    commit, taken again for each attempt.
    """
    for attempt in range(1, ATTEMPTS + 1):
        table.refresh()
        rows = choose()
        if not len(rows):
            return 0
        before_commit()
        try:
            _commit(table, _stamped(rows, clock))
        except CommitFailedException:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return len(rows)


def known_keys(table: Table, rows: pa.Table) -> pa.Table:
    """Return the identities the table holds in the created days and look times of these rows."""
    near = And(_range(rows, "created_at"), _range(rows, "observed_at"))
    return table.scan(row_filter=near, selected_fields=IDENTITY).to_arrow()


def _stamped(rows: pa.Table, clock: Clock) -> pa.Table:
    """Return the rows with `landed_at` = now, cut to the millisecond: never in the future."""
    now = pa.scalar(math.floor(clock.now() * 1000) * 1000, pa.int64()).cast(TIMESTAMP)
    return rows.append_column("landed_at", pa.repeat(now, len(rows)))


def _commit(table: Table, rows: pa.Table) -> None:
    """Commit the rows onto the snapshot this table handle shows, or raise CommitFailedException."""
    metadata = table.metadata
    properties = {**metadata.properties, **_NO_BLIND_RETRY}  # in this handle only
    table.metadata = metadata.model_copy(update={"properties": properties})
    required = {field.name for field in table.schema().fields if field.required}
    schema = pa.schema([field.with_nullable(field.name not in required) for field in rows.schema])
    table.append(rows.cast(schema))


def _range(rows: pa.Table, name: str) -> BooleanExpression:
    bounds = pc.min_max(rows[name]).as_py()
    low, high = bounds["min"].isoformat(), bounds["max"].isoformat()
    return parse(f"{name} >= '{low}' AND {name} <= '{high}'")
