"""Compaction: rewrites the many files of a created day as few, sorted by (id, observed_at).

The rows stay what they are, and readers of an older snapshot keep its files until it expires.
Killed anywhere, nothing has happened: what was written is an orphan until the one commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from pyiceberg.io.pyarrow import schema_to_pyarrow

from wsb_lake.maintenance.runs import Run, merged
from wsb_lake.tables.commit import replace_files
from wsb_lake.tables.data_files import DataFileWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyiceberg.typedef import Record

    from wsb_lake.tables.file_io import LakeFileIO

FILE_BYTES = 112 * 1024 * 1024  # a file ends with the row group that reaches this: under 128 MB
RUNS_MAX = 64  # files merged at once; memory grows with it
KIND = "wsb.compacted-files"  # in a snapshot's summary


class RowsLostError(RuntimeError):
    """A rewritten day would not have as many rows as before; nothing was committed."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one rewriting did."""

    files_before: int
    files_after: int
    rows: int


def compact(table: Table, files: Sequence[DataFile], renew: Callable[[], None]) -> Compacted:
    """Rewrite these files of one partition as few, in one commit; `renew` is called often.

    Memory: every row's id and a few numbers, some 60 bytes a row, and besides, however long its
    texts, BATCH_ROWS of each file and one sorted piece. Disk: the files' size. Raises
    ValidationException, with nothing changed, if another writer has removed or rewritten one.
    """
    partition = files[0].partition
    rows = sum(file.record_count for file in files)
    with TemporaryDirectory(prefix="wsb-lake-") as folder:
        written = list(_rewritten(table, files, partition, Path(folder), renew))
    if sum(file.record_count for file in written) != rows:
        raise RowsLostError(f"{table.name()[-1]}: {rows} rows in {partition} are not the same")
    replace_files(table, files, written, renew, {KIND: str(len(files))})
    return Compacted(len(files), len(written), rows)


def _rewritten(
    table: Table,
    files: Sequence[DataFile],
    partition: Record,
    folder: Path,
    renew: Callable[[], None],
) -> Iterator[DataFile]:
    runs = []
    schema = schema_to_pyarrow(table.schema())
    for number, file in enumerate(files):
        path = folder / f"{number}.parquet"
        cast("LakeFileIO", table.io).download(file.file_path, path)
        runs.append(Run(path, schema))
        renew()
    writer = None
    for piece in merged(runs):
        writer = writer or DataFileWriter(table, partition)
        writer.write(piece)
        renew()
        if writer.size_bytes >= FILE_BYTES:
            yield writer.close()
            writer = None
    if writer:
        yield writer.close()
