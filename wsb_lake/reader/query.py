"""Query: a DuckDB connection with the lake's tables as views, always of their newest commit."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Protocol, TypeVar

import duckdb

from wsb_lake.errors import AccessError, QueryError

TABLES = ("comments", "posts", "gaps")
LATEST_OF = ("comments", "posts")
FETCH_ROWS = 10_000  # a few tens of megabytes of bodies
_INSTANT = "strftime(#{place}, '%Y-%m-%dT%H:%M:%S.%gZ') AS at_{place}"  # as the contract writes it

# Derived from the rows themselves: true whatever was killed when, and whatever has expired since.
_COMMITS_SQL = " UNION ALL ".join(
    f"SELECT landed_at, '{table}' AS of_table, count(*) AS observations, "  # noqa: S608 - TABLES
    "min(observed_at) AS oldest_observed_at, max(observed_at) AS newest_observed_at "
    f"FROM {table} GROUP BY landed_at"
    for table in TABLES
)

Connection = Any  # DuckDB's, which has a statement's result too
Answer = TypeVar("Answer")


class Source(Protocol):
    """A place that holds the lake's tables."""

    def scans(self, connection: Connection) -> Mapping[str, str]:
        """Return, for each of TABLES, SQL that scans its newest commit through this connection.

        Raises a LakeError when the tables are not there or cannot be asked for.
        """


class LakeQuery:
    """SQL over the lake; each query sees the newest commit of each table. Its time zone is UTC."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._shown: Mapping[str, str] = {}
        self.connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                # what does not fit in memory; else it would lie where the reader happens to work
                "temp_directory": str(Path(gettempdir(), f"wsb-lake-{os.getpid()}")),
            }
        )
        self.connection.execute("SET TimeZone = 'UTC'")

    def run(
        self,
        sql: str,
        fetch: Callable[[Connection], Answer],
        parameters: Mapping[str, object] | None = None,
    ) -> Answer:
        """Return what `fetch` makes of the last statement's result; raises a LakeError."""
        self.refresh()
        with _plain_words():
            # of a text without a statement DuckDB returns None, whatever its stubs say
            result: Connection | None = self.connection.execute(sql, parameters)
            if result is None:
                raise QueryError("there is no SQL statement in it")
            return fetch(result)

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> tuple[list[str], Iterator[Sequence[Any]]]:
        """Return the columns' names, no two alike, and the rows: no result is too large for memory.

        Times with a zone come as text. Needs nothing but DuckDB.
        """
        self.refresh()
        with _plain_words():
            relation = self.connection.sql(sql, params=parameters)
            if relation is None:
                raise QueryError("there is no SQL statement with a result in it")
            named = relation.project("*")  # gives the second of two columns `a` the name `a_1`
            columns = (_printable(n, str(kind)) for n, kind in enumerate(named.types, start=1))
            return named.columns, _rows(named.project(", ".join(columns)))

    def save(self, folder: Path) -> None:
        """Write all tables, of the same moment, to an existing folder; never half a file."""
        self.refresh()
        for table in TABLES:
            self.write(f"FROM {table}", parquet_file(folder, table))

    def write(self, sql: str, file: Path, parameters: Mapping[str, object] | None = None) -> int:
        """Write the result of a query over the commits shown, whole or not at all.

        Returns the number of rows; more of them than fit in memory are no matter.
        """
        options = "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE true"
        with _plain_words():
            copy = f"COPY ({sql}) TO {quoted(str(file))} ({options})"
            ((rows,),) = self.connection.execute(copy, parameters).fetchall()
        return int(rows)

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Any]:
        """Return the rows of a query over the commits shown, which is not looked up again."""
        with _plain_words():
            rows: list[Any] = self.connection.execute(sql, parameters).fetchall()
        return rows

    @contextmanager
    def bounded(self, memory: str) -> Iterator[None]:
        """Hold DuckDB to this much memory for the block; what does not fit goes to disk."""
        self.connection.execute(f"SET memory_limit = {quoted(memory)}")
        try:
            yield
        finally:
            self.connection.execute("RESET memory_limit")

    def refresh(self) -> None:
        """Point the views at the newest commit of each table."""
        scans = self._source.scans(self.connection)
        if scans == self._shown:
            return
        with _plain_words():
            for table, scan in scans.items():
                self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {scan}")
            self.connection.execute(f"CREATE OR REPLACE VIEW commits AS {_COMMITS_SQL}")
            for table in LATEST_OF:
                view = f"CREATE OR REPLACE VIEW {table}_latest AS {latest_sql(table)}"
                self.connection.execute(view)
        self._shown = scans


def latest_sql(
    table: str, condition: str = "true", *, deleted: bool = False, columns: str = "*"
) -> str:
    """Return SQL for the latest observation per id among those that meet the condition.

    Without `deleted` the ids whose latest is a tombstone are left out. The keys come first, so that
    wide columns are read only of the rows that are latest; and whether an id lives is decided among
    the keys, because a filter on the rows would make DuckDB hold these in memory, not the keys.
    """
    lives = "max(observed_at) = max(observed_at) FILTER (state = 'live')"
    having = "" if deleted else f"HAVING {lives}"
    return (
        f"SELECT {columns} FROM {table} o SEMI JOIN (SELECT id, max(observed_at) AS observed_at "  # noqa: S608 - names and conditions of this package, values are parameters
        f"FROM {table} WHERE {condition} GROUP BY id {having}) k USING (id, observed_at) "
        f"WHERE {condition}"
    )


def parquet_file(folder: Path, table: str) -> Path:
    """Return the file that a table is saved to."""
    return folder / f"{table}.parquet"


def quoted(text: str) -> str:
    """Return the text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except (duckdb.HTTPException, duckdb.IOException) as error:
        raise AccessError(f"the lake's files cannot be used: {_first_line(error)}") from error
    except duckdb.Error as error:
        raise QueryError(f"DuckDB cannot run this query: {_first_line(error)}") from error


def _printable(place: int, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":  # as Python's datetime it would need another library
        return _INSTANT.format(place=place)
    return f"#{place}::VARCHAR" if "TIME ZONE" in kind else f"#{place}"


def _rows(result: Connection) -> Iterator[Sequence[Any]]:
    with _plain_words():
        while rows := result.fetchmany(FETCH_ROWS):
            yield from rows


def _first_line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0]
