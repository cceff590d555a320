"""Identity: keeps each observation, known by (id, observed_at), once."""

import pyarrow as pa
import pyarrow.compute as pc

from wsb_lake.tables.specs import IDENTITY

_ROW = "row"


def distinct(rows: pa.Table) -> pa.Table:
    """Return the rows sorted by identity, the first of each."""
    order = pc.sort_indices(rows, sort_keys=[(key, "ascending") for key in IDENTITY])
    ordered = rows.take(order)
    if len(ordered) < 2:  # noqa: PLR2004 - there is nothing to compare
        return ordered
    same = pa.array([True] * (len(ordered) - 1))
    for key in IDENTITY:
        column = ordered[key].combine_chunks()
        same = pc.and_(same, pc.equal(column[1:], column[:-1]))
    return ordered.filter(pa.concat_arrays([pa.array([True]), pc.invert(same)]))


def without(rows: pa.Table, known: pa.Table) -> pa.Table:
    """Return the rows whose identity is not among the known ones, in their order."""
    if not len(rows) or not len(known):
        return rows
    keys = rows.select(IDENTITY)
    known = known.select(IDENTITY).cast(keys.schema)
    keys = keys.append_column(_ROW, pa.array(range(len(rows)), pa.int64()))
    left = keys.join(known, list(IDENTITY), join_type="left anti")
    return rows.take(left[_ROW].combine_chunks().sort())
