"""The lake: the job that keeps its tables (`job`), and the reader (`open`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from wsb_lake.reader.lake import Lake

__all__ = ["open"]


def open(  # noqa: A001 - `wsb_lake.open` is what it reads like
    *,
    folder: str | PathLike[str] | None = None,
    database: str | None = None,
    bucket: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Lake:
    """Open the lake for reading; what is not given comes from the environment.

    `folder` is one that `Lake.save` wrote, and needs no AWS. Its variables: WSB_LAKE_FOLDER, else
    WSB_LAKE_DATABASE, WSB_LAKE_BUCKET, AWS_REGION, AWS_ENDPOINT_URL. Needs the `reader` extra.
    Raises a LakeError that says what to do.
    """
    from wsb_lake.reader.lake import open_lake  # noqa: PLC0415 - the job's Lambda has no DuckDB

    return open_lake(
        {
            "WSB_LAKE_FOLDER": None if folder is None else str(folder),
            "WSB_LAKE_DATABASE": database,
            "WSB_LAKE_BUCKET": bucket,
            "AWS_REGION": region,
            "AWS_ENDPOINT_URL": endpoint_url,
        }
    )
