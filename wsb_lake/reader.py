"""Reader: the lake as data frames, at any point in time since it began.

`as_of=t` keeps to what had landed by t: exact for times at or after a commit, and independent
of Iceberg's snapshots, which the purge of deleted content destroys.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from wsb_lake.aws import Aws, plain_words
from wsb_lake.errors import QueryError
from wsb_lake.query import LATEST_OF, LakeQuery, latest_sql
from wsb_lake.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wsb_lake.settings import Settings

_PANDAS_TYPES = {
    pa.int32(): pd.Int32Dtype(),  # a hidden score is null, not NaN
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
Instant = datetime | date | str
HISTORIES = {"t1_": "comments", "t3_": "posts", "gap": "gaps"}


@dataclass(frozen=True)
class Lake:
    """A reader; each call sees the newest commit. Frames are pandas unless asked otherwise."""

    settings: Settings
    query: LakeQuery
    frame: Callable[[pa.Table], Any]

    @property
    def arrow(self) -> Lake:
        """Return the same reader, answering with Arrow tables."""
        return replace(self, frame=lambda table: table)

    @property
    def polars(self) -> Lake:
        """Return the same reader, answering with polars frames."""
        return replace(self, frame=pl.from_arrow)

    def comments(
        self,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return each comment as it was last seen, of what had landed by `as_of`.

        `since` ≤ created_at < `until` chooses by age. A deleted comment is its tombstone.
        """
        return self._states("comments", as_of, since, until)

    def posts(
        self,
        as_of: Instant | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return each post as it was last seen, of what had landed by `as_of`."""
        return self._states("posts", as_of, since, until)

    def latest(self, table: str = "comments") -> Any:  # noqa: ANN401 - the frame asked for
        """Return the latest observation of each id in `comments` or `posts`."""
        if table not in LATEST_OF:
            raise QueryError(f"latest is of {' or '.join(LATEST_OF)}, not of {table!r}")
        return self._states(table, None, None, None)

    def history(self, thing_id: str) -> Any:  # noqa: ANN401 - the frame that was asked for
        """Return every observation of one fullname (t1_…, t3_…) or gap, oldest first."""
        table = HISTORIES.get(thing_id[:3])
        if table is None:
            raise QueryError(
                f"{thing_id!r} is no fullname: a comment's begins with t1_, a post's t3_"
            )
        sql = f"SELECT * FROM {table} WHERE id = $id ORDER BY observed_at"  # noqa: S608 - a known name
        return self.sql(sql, {"id": thing_id})

    def sql(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """Return the result of DuckDB SQL over comments, posts, gaps, commits and `…_latest`."""
        with plain_words(self.settings):
            return self.frame(self.query.run(sql, parameters))

    def _states(
        self, table: str, as_of: Instant | None, since: Instant | None, until: Instant | None
    ) -> Any:  # noqa: ANN401 - the frame that was asked for
        bounds = {
            "landed_at <= $as_of": as_of,
            "created_at >= $since": since,
            "created_at < $until": until,
        }
        given = {text: instant(value) for text, value in bounds.items() if value is not None}
        condition = " AND ".join(given) or "true"
        parameters = {text.rpartition("$")[2]: value for text, value in given.items()}
        return self.sql(latest_sql(table, condition), parameters)


def open_lake(
    database: str | None, bucket: str | None, region: str | None, endpoint_url: str | None
) -> Lake:
    """Return a reader; what is not given comes from the environment."""
    given = {
        "WSB_LAKE_DATABASE": database,
        "WSB_LAKE_BUCKET": bucket,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": endpoint_url,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = settings_from({**os.environ, **chosen}, for_job=False)
    return Lake(settings, LakeQuery(Aws(settings)), to_pandas)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a pandas frame whose integers and booleans stay what they are beside nulls."""
    return table.to_pandas(types_mapper=_PANDAS_TYPES.get)


def instant(value: Instant) -> datetime:
    """Return a time with a zone: ISO 8601, a datetime, or a day's beginning; UTC if unsaid."""
    wrong = QueryError(f"{value!r} is not a time like 2021-01-28T14:30:00Z")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise wrong from error
    if not isinstance(value, date) or pd.isna(value):
        raise wrong
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
