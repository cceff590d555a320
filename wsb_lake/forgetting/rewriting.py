"""Rewriting: writes the files of a created day again without the rows that are to be forgotten.

Copy-on-write: a file without such rows is only looked at, in three of its columns. Memory is that
of a row group, whatever the size of the file or the day.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.conversions import from_bytes

from wsb_lake.errors import ForeignDeletesError
from wsb_lake.forgetting.ledger import doomed, id_sha256
from wsb_lake.tables.commit import replace_files
from wsb_lake.tables.data_files import DataFileWriter

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask, Table
    from pyiceberg.types import PrimitiveType

    from wsb_lake.tables.file_io import LakeFileIO

_ASKED = ["id", "state", "observed_at"]
_BATCH_ROWS = 65_536


@dataclass
class Exchange:
    """Files of one table to take out in the next commit, and those to put in their place."""

    table: Table
    old: list[DataFile] = field(default_factory=list)
    new: list[DataFile] = field(default_factory=list)
    rows: int = 0  # that go
    _looked_at: set[str] = field(default_factory=set)

    def add(self, days: str, until: Mapping[str, dt.datetime], renew: Callable[[], None]) -> None:
        """Rewrite the files that these days' filter finds without what is at or before `until`.

        `until`: the tombstone's time by id hash. Nothing of it is in the table before `commit`.
        Raises ForeignDeletesError for a file some of whose rows another engine has hidden.
        """
        for task in self.table.scan(row_filter=f"{days} AND state = 'live'").plan_files():
            renew()
            self._add(task, until)

    def add_strays(self, until: Mapping[str, dt.datetime], renew: Callable[[], None]) -> None:
        """Rewrite what holds such rows in other days: of a thing whose looks differ in their day.

        Files are told apart by the least and greatest id in them, as the tombstones' own rows name
        the ids. Raises ForeignDeletesError as `add` does.
        """
        ids = self._ids(until)
        for task in self.table.scan(row_filter="state = 'live'").plan_files() if ids else ():
            renew()
            if task.file.file_path not in self._looked_at and self._may_hold(task.file, ids):
                self._add(task, until)

    def commit(self, renew: Callable[[], None]) -> int:
        """Put the exchange into the table, in one commit; returns how many rows went.

        Raises ValidationException, with nothing changed, if another writer has rewritten a file.
        """
        if self.old:
            replace_files(self.table, self.old, self.new, renew)
        gone, self.rows = self.rows, 0
        self.old.clear()
        self.new.clear()
        return gone

    def _add(self, task: FileScanTask, until: Mapping[str, dt.datetime]) -> None:
        self._looked_at.add(task.file.file_path)
        ends = self._ends_in(task.file, until)
        if not ends:
            return
        if task.delete_files:
            raise ForeignDeletesError(
                f"{self.table.name()[-1]} has rows that another engine deleted by marking "
                "them, and a rewritten file would show them again: run Athena's OPTIMIZE … "
                "REWRITE DATA on the table first"
            )
        self._rewrite(task.file, ends)

    def _ids(self, until: Mapping[str, dt.datetime]) -> list[str]:
        """Return the ids of these tombstones, in order."""
        low, high = min(until.values()).isoformat(), max(until.values()).isoformat()
        near = f"state != 'live' AND observed_at >= '{low}' AND observed_at <= '{high}'"
        found: set[str] = set()
        scan = self.table.scan(row_filter=near, selected_fields=("id",))
        for batch in scan.to_arrow_batch_reader():
            things = pc.unique(batch["id"]).to_pylist()
            found.update(thing for thing in things if id_sha256(thing) in until)
        return sorted(found)

    def _may_hold(self, file: DataFile, ids: Sequence[str]) -> bool:
        """Return whether the file's bounds leave room for one of these ids (in order)."""
        field = self.table.schema().find_field("id")
        kind = cast("PrimitiveType", field.field_type)
        lower = (file.lower_bounds or {}).get(field.field_id)
        upper = (file.upper_bounds or {}).get(field.field_id)
        if lower is None or upper is None:
            return True
        first = bisect_left(ids, from_bytes(kind, lower))
        return first < len(ids) and bool(ids[first] <= from_bytes(kind, upper))

    def _ends_in(self, file: DataFile, until: Mapping[str, dt.datetime]) -> dict[str, dt.datetime]:
        """Return the tombstone's time by id, of the ids that lose rows in this file."""
        found: dict[str, dt.datetime] = {}
        with (
            self.table.io.new_input(file.file_path).open() as stream,
            pq.ParquetFile(stream) as parquet,
        ):
            for batch in parquet.iter_batches(_BATCH_ROWS, columns=_ASKED, use_threads=False):
                rows = pa.Table.from_batches([batch])
                hashes = {thing: id_sha256(thing) for thing in pc.unique(rows["id"]).to_pylist()}
                ends = {thing: until[key] for thing, key in hashes.items() if key in until}
                if ends:
                    lost = pc.unique(rows.filter(doomed(rows, ends))["id"]).to_pylist()
                    found.update((thing, ends[thing]) for thing in lost)
        return found

    def _rewrite(self, file: DataFile, ends: Mapping[str, dt.datetime]) -> None:
        writer = None
        with TemporaryDirectory(prefix="wsb-lake-") as folder:
            path = Path(folder, "file.parquet")
            cast("LakeFileIO", self.table.io).download(file.file_path, path)
            with pq.ParquetFile(path) as parquet:
                for group in range(parquet.num_row_groups):
                    rows = parquet.read_row_group(group, use_threads=False)
                    kept = rows.filter(pc.invert(doomed(rows, ends)))
                    self.rows += len(rows) - len(kept)
                    if len(kept):
                        writer = writer or DataFileWriter(self.table, file.partition)
                        writer.write(kept)
        self.old.append(file)
        if writer:
            self.new.append(writer.close())
