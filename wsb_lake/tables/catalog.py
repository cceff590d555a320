"""Catalog: pyiceberg's Glue catalog, made safe against a lost answer and quick in a warm process.

Written for pyiceberg 0.12.0, whose private methods it overrides; the suite in
tests/contract/test_lake_catalog.py holds it against the next release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.table import StagedTable, Table
from pyiceberg.table.update import AddSnapshotUpdate
from pyiceberg.typedef import EMPTY_DICT, Properties

from clock import SystemClock
from wsb_lake.tables.file_io import LakeFileIO

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.table import CommitTableResponse
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.update import TableRequirement, TableUpdate
    from pyiceberg.typedef import Identifier

    from clock import Clock
    from wsb_lake.aws import Aws

GlueTable = Any  # a dict as boto3 has it
_METADATA_KEPT = 16  # a few versions of each of the four tables


class LakeCatalog(GlueCatalog):
    """Glue as the table of tables; commits are compare-and-swap on Glue's version id.

    UpdateTable is never repeated by the SDK: after a lost answer the repeat would fail on the
    version it has itself moved, and pyiceberg would delete the files of a commit that stands.
    Table metadata files are written once under a unique name, so each is read only once.
    All tables share one file system, and its connections. Snapshots bear the time of `clock`, by
    which they expire.
    """

    def __init__(self, aws: Aws, clock: Clock | None = None) -> None:
        super().__init__("lake", client=aws.glue)
        self._clock = clock or SystemClock()
        self._glue_once = aws.glue_once
        self.files = LakeFileIO(aws)
        self._metadata: LRUCache[str, TableMetadata] = LRUCache(_METADATA_KEPT)

    def _load_file_io(
        self, properties: Properties = EMPTY_DICT, location: str | None = None
    ) -> FileIO:
        del properties, location  # a table's properties must not redirect our credentials
        return self.files

    def _convert_glue_to_iceberg(self, glue_table: GlueTable) -> Table:
        location = glue_table.get("Parameters", {}).get("metadata_location")
        if location not in self._metadata:
            self._metadata[location] = super()._convert_glue_to_iceberg(glue_table).metadata
        return Table(
            identifier=(glue_table["DatabaseName"], glue_table["Name"]),
            metadata=self._metadata[location],
            metadata_location=location,
            io=self.files,
            catalog=self,
        )

    def _update_glue_table(
        self, database_name: str, table_name: str, table_input: GlueTable, version_id: str
    ) -> None:
        client, self.glue = self.glue, self._glue_once
        try:
            super()._update_glue_table(database_name, table_name, table_input, version_id)
        finally:
            self.glue = client

    def _is_s3tables_database(self, database_name: str) -> bool:
        del database_name
        return False  # ours is a plain Glue database; asking costs a request per commit

    def commit_table(
        self,
        table: Table,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> CommitTableResponse:
        """Commit, and remember the metadata just written: the next refresh need not read it."""
        response = super().commit_table(table, requirements, updates)
        self._metadata[response.metadata_location] = response.metadata
        return response

    def _create_staged_table(self, *args: Any, **given: Any) -> StagedTable:  # noqa: ANN401 - pyiceberg's
        return self._at(self._now_ms(), super()._create_staged_table(*args, **given))

    def _update_and_stage_table(
        self,
        current_table: Table | None,
        table_identifier: Identifier,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> StagedTable:
        """Date the change and its snapshot by our clock, but never back.

        Trino, Spark and Athena refuse a table whose log of snapshots or metadata goes back.
        """
        before = current_table.metadata if current_table else None
        now_ms = max(self._now_ms(), before.last_updated_ms if before else 0)
        dated = tuple(_dated(update, now_ms) for update in updates)
        staged = super()._update_and_stage_table(
            current_table, table_identifier, requirements, dated
        )
        return staged if staged.metadata == before else self._at(now_ms, staged)

    def _now_ms(self) -> int:
        return int(self._clock.now() * 1000)

    def _at(self, now_ms: int, staged: StagedTable) -> StagedTable:
        return StagedTable(
            identifier=staged.name(),
            metadata=staged.metadata.model_copy(update={"last_updated_ms": now_ms}),
            metadata_location=staged.metadata_location,
            io=staged.io,
            catalog=self,
        )


def _dated(update: TableUpdate, now_ms: int) -> TableUpdate:
    if not isinstance(update, AddSnapshotUpdate):
        return update
    at = {"timestamp_ms": now_ms}
    return AddSnapshotUpdate(snapshot=update.snapshot.model_copy(update=at))
