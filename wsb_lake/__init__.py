"""The lake: the job that keeps its tables (`job`), and the reader (`open`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsb_lake.reader import Lake

__all__ = ["open"]


def open(  # noqa: A001 - `wsb_lake.open` is what it reads like
    database: str | None = None,
    bucket: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Lake:
    """Open the lake for reading; what is not given comes from the environment.

    Needs the `reader` extra. Raises a LakeError that says what to do.
    """
    from wsb_lake.reader import open_lake  # noqa: PLC0415 - the job's Lambda has no DuckDB

    return open_lake(database, bucket, region, endpoint_url)
