"""Reader: the lake as data frames, at any point in time since it began.

`as_of=t` keeps to what had landed by t: exact for times at or after a commit, and independent
of Iceberg's snapshots, which the purge of deleted content destroys.
"""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from wsb_lake.errors import AccessError, QueryError
from wsb_lake.reader.bounds import Bounds, Instant
from wsb_lake.reader.coverage import coverage_question
from wsb_lake.reader.export import Progress, export, unseen
from wsb_lake.reader.folder import FolderSource
from wsb_lake.reader.query import LATEST_OF, Connection, LakeQuery, Source, latest_sql
from wsb_lake.settings import DATABASE, FOLDER, reader_settings

TABLE_OF = {"t1_": "comments", "t3_": "posts", "gap": "gaps"}
# A hidden score is null, not NaN, and the others stay integers.
_PANDAS_TYPES = {"INTEGER": "Int32", "BIGINT": "Int64", "BOOLEAN": "boolean"}


@dataclass(frozen=True)
class Lake:
    """A reader; each call sees the newest commit. Frames are pandas unless asked otherwise.

    Raises a LakeError that says what to do. `since` ≤ created_at < `until` choose by age.
    """

    query: LakeQuery
    fetch: Callable[[Connection], Any]

    @property
    def arrow(self) -> Self:
        """Return the same reader, answering with Arrow tables; needs pyarrow."""
        return replace(self, fetch=lambda result: result.to_arrow_table())

    @property
    def polars(self) -> Self:
        """Return the same reader, answering with polars frames; needs polars and pyarrow."""
        return replace(self, fetch=lambda result: result.pl())

    def comments(self, **asked: Any) -> Any:  # noqa: ANN401 - what `observations` takes and returns
        """Return the observations of comments: `observations("comments", …)`."""
        return self.observations("comments", **asked)

    def posts(self, **asked: Any) -> Any:  # noqa: ANN401 - what `observations` takes and returns
        """Return the observations of posts: `observations("posts", …)`."""
        return self.observations("posts", **asked)

    def observations(
        self,
        table: str = "comments",
        *,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        columns: Sequence[str] | None = None,
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return every observation of every comment (or post) that had landed by `as_of`."""
        bounds = Bounds.of(as_of, since, until)
        sql = f"SELECT {_listed(columns)} FROM {_known(table)} WHERE {bounds.condition}"  # noqa: S608 - known or quoted names
        return self.sql(sql, bounds.parameters)

    def latest(  # noqa: PLR0913 - each chooses, and has a name
        self,
        table: str = "comments",
        *,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        deleted: bool = False,
        columns: Sequence[str] | None = None,
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return each live comment (or post) as it was last seen, of what had landed by `as_of`.

        `deleted` adds the tombstones of those that were last seen deleted, removed or absent.
        Whole rows of a million comments take some 350 MB as Arrow or polars, and several times
        that as pandas: choose `columns`, or a time by `since` and `until`.
        """
        bounds = Bounds.of(as_of, since, until)
        sql = latest_sql(_known(table), bounds.condition, deleted=deleted, columns=_listed(columns))
        return self.sql(sql, bounds.parameters)

    def coverage(
        self,
        table: str = "comments",
        *,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return how complete each hour of created comments (or posts) is: one row an hour.

        What `state` and the counts mean is said in `wsb_lake.reader.coverage`.
        """
        bounds = Bounds.of(as_of, since, until)
        return self.sql(*coverage_question(_known(table), bounds))

    def history(self, fullname: str) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return every observation of one comment (t1_…), post (t3_…) or gap, oldest first."""
        return self.sql(history_sql(fullname), {"id": fullname})

    def export(
        self,
        folder: str | Path,
        *,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        progress: Progress = unseen,
    ) -> dict[str, int]:
        """Write the observations as Parquet, one folder a created day; returns rows by table.

        Day by day, in bounded memory, sorted by id and `observed_at`. The folder appears when all
        is in it, and must not be there before. `open(folder=…)` reads it, and any other tool. It is
        a copy: what Reddit deletes later stays in it.
        """
        return export(self.query, Path(folder), Bounds.of(as_of, since, until), progress)

    def sql(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return the result of DuckDB SQL over comments, posts, gaps, commits and `…_latest`."""
        return self.query.run(sql, self.fetch, parameters)

    def save(self, folder: str | Path) -> None:
        """Write the tables, as they are now, as Parquet files that `open(folder=…)` reads."""
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AccessError(f"the lake cannot be saved to {folder}: {error.strerror}") from error
        self.query.save(Path(folder))


def open_lake(given: Mapping[str, str | None]) -> Lake:
    """Return a reader of the lake that these variables name, else those of the environment."""
    chosen = {name: value for name, value in given.items() if value is not None}
    environ = {**os.environ, **chosen}
    if DATABASE in chosen and FOLDER not in chosen:
        environ.pop(FOLDER, None)
    return Lake(LakeQuery(_source(environ)), to_pandas)


def _source(environ: Mapping[str, str]) -> Source:
    if folder := environ.get(FOLDER):
        return FolderSource(Path(folder))
    settings = reader_settings(environ)
    # A saved lake is read without the AWS SDK, which takes longer to load than DuckDB.
    from wsb_lake.aws import Aws  # noqa: PLC0415 - see above
    from wsb_lake.reader.glue import GlueSource  # noqa: PLC0415 - see above

    return GlueSource(Aws(settings))


def history_sql(fullname: str, columns: str = "*") -> str:
    """Return SQL for the observations of `$id`, which is this fullname; raises QueryError."""
    table = TABLE_OF.get(fullname[:3])
    if table is None:
        raise QueryError(f"{fullname!r} is no fullname: a comment's begins with t1_, a post's t3_")
    return f"SELECT {columns} FROM {table} WHERE id = $id ORDER BY observed_at"  # noqa: S608 - known names


def to_pandas(result: Connection) -> Any:  # noqa: ANN401 - pandas is loaded by DuckDB, if asked for
    """Return a pandas frame whose integers and booleans stay what they are beside nulls."""
    kinds = [str(column[1]) for column in result.description]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # DuckDB's own calls of pandas
        frame = result.df()
    named = zip(frame.columns, map(_PANDAS_TYPES.get, kinds), strict=True)
    return frame.astype({name: kind for name, kind in named if kind})


def _known(table: str) -> str:
    if table not in LATEST_OF:
        raise QueryError(f"there are {' and '.join(LATEST_OF)}, not {table!r}: ask with lake.sql")
    return table


def _listed(columns: Sequence[str] | None) -> str:
    if columns is None:
        return "*"
    if isinstance(columns, str) or not columns:
        raise QueryError(f'columns= takes a list of names like ["id", "score"], not {columns!r}')
    return ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
