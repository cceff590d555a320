"""Runs: data files as sorted streams of rows, merged in pieces of bounded size.

Every writer of this lake sorts a file by (id, observed_at). Read side by side, row by row, such
files give their rows in that order without ever being in memory as a whole. A file of another
writer that is not sorted is sorted first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wsb_lake.tables.data_files import aligned
from wsb_lake.tables.specs import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Of a piece: what DuckDB and Arrow like as a row group, unless its texts are long.
PIECE_ROWS = 122_880
PIECE_BYTES = 48 * 1024 * 1024
BATCH_ROWS = 1024  # of one run in memory: 10 MB if every body is 10 kB
_BUFFER_BYTES = 256 * 1024
_OTHER_BYTES = 100.0  # of a row besides its texts
_ORDER = [(name, "ascending") for name in IDENTITY]


@dataclass(frozen=True, slots=True)
class Profile:
    """Every row's id, and which share of a piece it takes."""

    ids: pa.ChunkedArray
    weights: pa.ChunkedArray


class Run:
    """One Parquet file, read from its first row to its last, with the schema's columns."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._rest: pa.Table | None = None
        self._batches: Iterator[pa.Table] = iter(())

    def profile(self) -> Profile:
        """Return what there is to know of its rows, in their order; sorts the file if need be."""
        texts = [field.name for field in self._schema if _is_text(field.type)]
        ids: list[pa.Array] = []
        weights: list[pa.Array] = []
        before: pa.Table | None = None
        for batch in self._read(sorted({*texts, *IDENTITY})):
            joined = batch.select(IDENTITY)
            if before is not None:
                joined = pa.concat_tables([before.slice(len(before) - 1), joined])
            if not _is_sorted(joined):
                pq.write_table(pq.read_table(self._path).sort_by(_ORDER), self._path)
                return self.profile()
            before = joined
            ids.extend(batch["id"].chunks)
            weights.extend(_weights(batch, texts).chunks)
        self._batches = self._read(self._schema.names)
        kind = self._schema.field("id").type
        return Profile(pa.chunked_array(ids, kind), pa.chunked_array(weights, pa.float64()))

    def take_before(self, bound: str | None) -> Iterator[pa.Table]:
        """Yield the next rows, those whose id is less than the bound; None: all that are left."""
        while True:
            if self._rest is None:
                self._rest = next(self._batches, None)
            if self._rest is None:
                return
            count = len(self._rest)
            if bound is not None:
                count = pc.sum(pc.less(self._rest["id"], bound)).as_py() or 0
            if count:
                yield self._rest.slice(0, count)
            if count < len(self._rest):
                self._rest = self._rest.slice(count)
                return
            self._rest = None

    def _read(self, names: Sequence[str]) -> Iterator[pa.Table]:
        schema = pa.schema([self._schema.field(name) for name in names])
        with pq.ParquetFile(self._path, buffer_size=_BUFFER_BYTES) as file:
            present = [name for name in names if name in file.schema_arrow.names]
            for batch in file.iter_batches(BATCH_ROWS, columns=present, use_threads=False):
                yield aligned(pa.Table.from_batches([batch]), schema)


def merged(runs: Sequence[Run]) -> Iterator[pa.Table]:
    """Yield the rows of all runs by (id, observed_at), in pieces of PIECE_ROWS or PIECE_BYTES.

    All looks at one id are in one piece, which is larger than that if need be.
    """
    for bound in (*_bounds(runs), None):
        parts = [part for run in runs for part in run.take_before(bound)]
        if parts:
            yield pa.concat_tables(parts).sort_by(_ORDER)


def _bounds(runs: Sequence[Run]) -> list[str]:
    """Return the ids at which a new piece begins, but for the first."""
    profiles = [run.profile() for run in runs]
    ids = pa.chunked_array([part for each in profiles for part in each.ids.chunks])
    weights = pa.chunked_array([part for each in profiles for part in each.weights.chunks])
    order = pc.sort_indices(ids)
    ends = pc.cumulative_sum(weights.take(order))
    pieces = pc.floor(ends).combine_chunks()
    begins = pc.indices_nonzero(pc.not_equal(pieces[1:], pieces[:-1]))
    return sorted(set(ids.take(order.take(pc.add(begins, 1))).to_pylist()))


def _weights(batch: pa.Table, texts: Sequence[str]) -> pa.ChunkedArray:
    """Return which share of a piece each row takes."""
    sizes = pa.chunked_array([pa.repeat(_OTHER_BYTES, len(batch))])
    for name in texts:
        sizes = pc.add(sizes, pc.fill_null(pc.binary_length(batch[name]), 0))
    return pc.max_element_wise(pc.divide(sizes, PIECE_BYTES), 1 / PIECE_ROWS)


def _is_sorted(rows: pa.Table) -> bool:
    ids, looks = (rows[name].combine_chunks() for name in IDENTITY)
    in_order = pc.or_(
        pc.less(ids[:-1], ids[1:]),
        pc.and_(pc.equal(ids[:-1], ids[1:]), pc.less_equal(looks[:-1], looks[1:])),
    )
    return pc.all(in_order, min_count=0).as_py() is not False


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string())
