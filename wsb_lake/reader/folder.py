"""Folder: a lake saved as Parquet files, one a table; reading it needs no AWS."""

from collections.abc import Mapping
from pathlib import Path

from wsb_lake.errors import LakeMissingError
from wsb_lake.reader.query import TABLES, Connection, parquet_file, quoted


class FolderSource:
    """The Parquet files in a folder that `Lake.save` wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def scans(self, _connection: Connection) -> Mapping[str, str]:
        """Return SQL that scans each file; raises LakeMissingError when one is not there."""
        files = {table: parquet_file(self._folder, table) for table in TABLES}
        missing = [file.name for file in files.values() if not file.is_file()]
        if missing:
            raise LakeMissingError(
                f"{self._folder} is no saved lake, {', '.join(missing)} is not there: "
                "`make demo` saves one to build/demo/lake, `wsb_lake.open().save(folder)` any other"
            )
        return {table: f"read_parquet({quoted(str(file))})" for table, file in files.items()}
