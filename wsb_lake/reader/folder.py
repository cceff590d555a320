"""Folder: a lake saved or exported as Parquet files; reading it needs no AWS."""

from collections.abc import Mapping
from pathlib import Path

from wsb_lake.errors import LakeMissingError
from wsb_lake.reader.query import TABLES, Connection, parquet_file, quoted


class FolderSource:
    """The Parquet files in a folder that `Lake.save` (one a table) or `Lake.export` wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def scans(self, _connection: Connection) -> Mapping[str, str]:
        """Return SQL that scans each file; raises LakeMissingError when one is not there."""
        files = {table: self._files(table) for table in TABLES}
        missing = [f"{table}.parquet" for table, file in files.items() if file is None]
        if missing:
            raise LakeMissingError(
                f"{self._folder} is no saved lake, {', '.join(missing)} is not there: "
                "`make demo` saves one to build/demo/lake, `wsb_lake.open().save(folder)` any other"
            )
        return {
            table: f"read_parquet({quoted(str(file))}, hive_partitioning = false)"
            for table, file in files.items()
        }

    def _files(self, table: str) -> Path | None:
        """Return the table's file, or the pattern of those that an export made of it."""
        file = parquet_file(self._folder, table)
        if file.is_file():
            return file
        exported = self._folder / table
        return exported / "**" / "*.parquet" if exported.is_dir() else None
