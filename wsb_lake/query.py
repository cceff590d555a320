"""Query: a DuckDB connection with the lake's tables as views, always of their newest commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import duckdb

from wsb_lake.errors import AccessError, LakeMissingError, QueryError
from wsb_lake.extensions import load_extensions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from wsb_lake.aws import Aws

TABLES = ("comments", "posts", "gaps", "commits")
LATEST_OF = ("comments", "posts")
_METADATA = "metadata_location"
BATCH_ROWS = 10_000  # a few tens of megabytes of bodies


class LakeQuery:
    """SQL over the lake; each query sees the newest commit of each table."""

    def __init__(self, aws: Aws) -> None:
        """Connect to nothing but DuckDB yet; its clock zone is UTC."""
        self._aws = aws
        self._shown: tuple[dict[str, str], dict[str, str]] | None = None
        self.connection = duckdb.connect(
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        load_extensions(self.connection)
        self.connection.execute("SET TimeZone = 'UTC'")

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Return the result of the last statement; raises a LakeError in plain words."""
        with _plain_words():
            return self._execute(sql, parameters).to_arrow_table()

    def stream(self, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the columns and, batch by batch, the rows: no result is too large for memory."""
        with _plain_words():
            reader = self._execute(sql, None).to_arrow_reader(BATCH_ROWS)
        return reader.schema, _batches(reader)

    def _execute(
        self, sql: str, parameters: Mapping[str, object] | None
    ) -> duckdb.DuckDBPyConnection:
        self.refresh()
        # of a text without a statement DuckDB returns None, whatever its stubs say
        answer: duckdb.DuckDBPyConnection | None = self.connection.execute(sql, parameters)
        if answer is None:
            raise QueryError("there is no SQL statement in it")
        return answer

    def refresh(self) -> None:
        """Point the views at the newest metadata of each table, with the credentials of now."""
        newest = {table: self._metadata_location(table) for table in TABLES}
        properties = self._aws.file_properties()
        if (newest, properties) == self._shown:
            return
        self._renew_secret(properties)
        for table, location in newest.items():
            scan = f"iceberg_scan('{_quoted(location)}')"
            self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {scan}")
        for table in LATEST_OF:
            self.connection.execute(f"CREATE OR REPLACE VIEW {table}_latest AS {latest_sql(table)}")
        self._shown = newest, properties

    def _metadata_location(self, table: str) -> str:
        database = self._aws.settings.database
        glue = self._aws.glue
        try:
            found = glue.get_table(DatabaseName=database, Name=table)["Table"]
        except glue.exceptions.EntityNotFoundException as error:
            raise LakeMissingError(
                f"there is no table {database}.{table} yet: the lake job makes it on its first "
                "run; run `wsb lake settle`, or check WSB_LAKE_DATABASE"
            ) from error
        location: str | None = found.get("Parameters", {}).get(_METADATA)
        if location is None:
            raise LakeMissingError(
                f"{database}.{table} is not an Iceberg table: check WSB_LAKE_DATABASE"
            )
        return location

    def _renew_secret(self, properties: Mapping[str, str]) -> None:
        options = {
            "KEY_ID": properties["s3.access-key-id"],
            "SECRET": properties["s3.secret-access-key"],
            "SESSION_TOKEN": properties.get("s3.session-token"),
            "REGION": properties["s3.region"],
        }
        if endpoint := properties.get("s3.endpoint"):
            url = urlparse(endpoint)
            options |= {"ENDPOINT": url.netloc, "URL_STYLE": "path"}
            options["USE_SSL"] = "true" if url.scheme == "https" else "false"
        given = {name: value for name, value in options.items() if value is not None}
        parts = "".join(f", {name} '{_quoted(value)}'" for name, value in given.items())
        self.connection.execute(f"CREATE OR REPLACE SECRET lake (TYPE s3{parts})")


def latest_sql(table: str, condition: str = "true") -> str:
    """Return SQL for the latest observation per id among those that meet the condition.

    The keys come first: the wide columns are then read only of the rows that are latest.
    """
    return (
        f"SELECT o.* FROM {table} o SEMI JOIN (SELECT id, max(observed_at) AS observed_at "  # noqa: S608
        f"FROM {table} WHERE {condition} GROUP BY id) k USING (id, observed_at) WHERE {condition}"
    )


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except (duckdb.HTTPException, duckdb.IOException) as error:
        message = _first_line(error)
        raise AccessError(f"the lake's files could not be read: {message}") from error
    except duckdb.Error as error:
        raise QueryError(f"DuckDB cannot run this query: {_first_line(error)}") from error


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with _plain_words():
        yield from reader


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _first_line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0]
