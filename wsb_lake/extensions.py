"""Extensions: what DuckDB needs to read Iceberg on S3, from wheels, without any network."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from wsb_lake.errors import QueryError

if TYPE_CHECKING:
    import duckdb

EXTENSIONS = ("avro", "httpfs", "iceberg")  # in the order in which they need each other


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extensions of exactly this DuckDB release; raises QueryError naming the wheel."""
    for name in EXTENSIONS:
        package = import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent
        found = sorted(folder.glob(f"extensions/*/{name}.duckdb_extension"))
        if not found:
            raise QueryError(
                f"duckdb-extension-{name} holds no extension for this machine: install "
                "'wsb-stream[reader]' with a wheel for it"
            )
        connection.load_extension(str(found[-1]))
