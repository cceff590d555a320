"""Known: which observations of a batch the table holds already, in whatever created day.

It costs no walk through the table: only files are opened whose least and greatest look and id
leave room for one of the batch. The looks of an ordinary batch are minutes old, so that these are
the last few commits' files, and files of settled days only where a look this recent is in them; a
look from long ago opens the files of its own days. Of those files two columns are read, a piece at
a time, so that memory does not grow with the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.conversions import from_bytes

from wsb_lake.tables.specs import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyiceberg.types import PrimitiveType

_BATCH_ROWS = 32_768


def known_keys(table: Table, rows: pa.Table) -> pa.Table:
    """Return the identities of these rows that the table's newest snapshot holds."""
    keys = rows.select(IDENTITY)
    span = pc.min_max(keys["observed_at"])
    found = [keys.slice(0, 0)]
    for task in table.scan().plan_files():
        room = _room(table, task.file, keys)
        if not len(room):
            continue
        wanted = pc.unique(room["id"])
        for batch in _read(table, task.file):
            held = batch.cast(keys.schema)
            near = pc.and_(
                pc.greater_equal(held["observed_at"], span["min"]),
                pc.less_equal(held["observed_at"], span["max"]),
            )
            held = held.filter(near)
            found.append(held.filter(pc.is_in(held["id"], value_set=wanted)))
    return pa.concat_tables(found)


def _room(table: Table, file: DataFile, keys: pa.Table) -> pa.Table:
    """Return the keys that lie within the file's bounds."""
    for name in reversed(IDENTITY):  # the look first: it rules out the most
        field = table.schema().find_field(name)
        kind = keys.schema.field(name).type
        for bounds, compare in (
            (file.lower_bounds, pc.greater_equal),
            (file.upper_bounds, pc.less_equal),
        ):
            if len(keys) and bounds and field.field_id in bounds:
                # of a long text the bound is a shorter one, below or above it
                kind_of_bound = cast("PrimitiveType", field.field_type)
                bound = from_bytes(kind_of_bound, bounds[field.field_id])
                keys = keys.filter(compare(keys[name], pa.scalar(bound, kind)))
    return keys


def _read(table: Table, file: DataFile) -> Iterator[pa.Table]:
    with (
        table.io.new_input(file.file_path).open() as source,
        pq.ParquetFile(source, pre_buffer=True) as parquet,
    ):
        for batch in parquet.iter_batches(_BATCH_ROWS, columns=list(IDENTITY)):
            yield pa.Table.from_batches([batch])
