"""Settings of the lake: where it is; read once, at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract import SCHEMA
from wsb_lake.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER_VARIABLE = "WSB_LAKE_FOLDER"
DATABASE_VARIABLE = "WSB_LAKE_DATABASE"
LANDING_PREFIX = SCHEMA.prefixes["landing"]
REJECTS_PREFIX = SCHEMA.prefixes["rejects"]
TABLES_PREFIX = SCHEMA.prefixes["tables"]

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3's naming rules
_DATABASE = re.compile(r"[a-z0-9_]{1,255}")  # what Glue and Athena both accept
NOTHING_SET = (
    f"nothing says where the lake is: set {DATABASE_VARIABLE}, WSB_LAKE_BUCKET and AWS_REGION, "
    "which `make deploy` writes to build/lake.env and `make demo` to build/demo/env, or "
    f"{FOLDER_VARIABLE} to a folder that a lake was saved to"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeSettings:
    """Where the lake is. Reading needs only the database: Glue knows where its files are."""

    database: str
    bucket: str
    region: str | None = None
    endpoint_url: str | None = None

    def table_location(self, table: str) -> str:
        """Return where the table's files live."""
        return f"s3://{self.bucket}/{TABLES_PREFIX}{table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings(LakeSettings):
    """What the lake job needs besides: the DynamoDB table of its lock."""

    state_table: str


def reader_settings(environ: Mapping[str, str]) -> LakeSettings:
    """Read what a reader needs; raises SettingsError naming every mistake at once."""
    if not environ.get(DATABASE_VARIABLE):
        raise SettingsError(NOTHING_SET)
    settings = LakeSettings(**_values(environ))
    _raise_if(_reading_mistakes(settings))
    return settings


def job_settings(environ: Mapping[str, str]) -> JobSettings:
    """Read what the job needs; raises SettingsError naming every mistake at once."""
    settings = JobSettings(**_values(environ), state_table=environ.get("WSB_LAKE_STATE_TABLE", ""))
    _raise_if(_job_mistakes(settings))
    return settings


def _values(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "bucket": environ.get("WSB_LAKE_BUCKET", ""),
        "database": environ.get(DATABASE_VARIABLE, ""),
        "region": environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None,
        "endpoint_url": environ.get("AWS_ENDPOINT_URL") or None,
    }


def _raise_if(mistakes: Iterator[str]) -> None:
    if text := "; ".join(mistakes):
        raise SettingsError(text)


def _reading_mistakes(settings: LakeSettings) -> Iterator[str]:
    if not _DATABASE.fullmatch(settings.database):
        yield (
            f"set {DATABASE_VARIABLE} (--database) to the Glue database, lower case letters, "
            f"digits and _, it is {settings.database!r}"
        )
    if settings.endpoint_url and not settings.endpoint_url.startswith(("http://", "https://")):
        yield (
            "set AWS_ENDPOINT_URL (--endpoint-url) to an address that begins with http:// or "
            f"https://, it is {settings.endpoint_url!r}"
        )


def _job_mistakes(settings: JobSettings) -> Iterator[str]:
    if not _BUCKET.fullmatch(settings.bucket):
        yield f"set WSB_LAKE_BUCKET (--bucket) to the lake's bucket, it is {settings.bucket!r}"
    yield from _reading_mistakes(settings)
    if not settings.state_table:
        yield "set WSB_LAKE_STATE_TABLE (--state-table) to the DynamoDB table of the job's lock"
