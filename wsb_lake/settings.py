"""Settings of the lake: which bucket, database and lock; read once, at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsb_lake.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_LANDING_PREFIX = "landing/observations/"
TABLES_PREFIX = "tables/"
REJECTS_PREFIX = "landing_rejects/"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3's naming rules
_DATABASE = re.compile(r"[a-z0-9_]{1,255}")  # what Glue and Athena both accept


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the lake is. Reading needs only the database: Glue knows where its files are."""

    bucket: str
    database: str
    state_table: str | None = None
    landing_prefix: str = DEFAULT_LANDING_PREFIX
    region: str | None = None
    endpoint_url: str | None = None

    def table_location(self, table: str) -> str:
        """Return where the table's files live."""
        return f"s3://{self.bucket}/{TABLES_PREFIX}{table}"


def settings_from(environ: Mapping[str, str], *, for_job: bool) -> Settings:
    """Read the settings; raises SettingsError naming every mistake at once."""
    settings = Settings(
        bucket=environ.get("WSB_LAKE_BUCKET", ""),
        database=environ.get("WSB_LAKE_DATABASE", ""),
        state_table=environ.get("WSB_LAKE_STATE_TABLE") or None,
        landing_prefix=environ.get("WSB_LANDING_PREFIX") or DEFAULT_LANDING_PREFIX,
        region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None,
        endpoint_url=environ.get("AWS_ENDPOINT_URL") or None,
    )
    mistakes = list(_mistakes(settings, for_job=for_job))
    if mistakes:
        raise SettingsError("; ".join(mistakes))
    return settings


def _mistakes(settings: Settings, *, for_job: bool) -> Iterator[str]:
    if for_job and not _BUCKET.fullmatch(settings.bucket):
        yield f"set WSB_LAKE_BUCKET (--bucket) to the lake's bucket, it is {settings.bucket!r}"
    if not _DATABASE.fullmatch(settings.database):
        yield (
            "set WSB_LAKE_DATABASE (--database) to the Glue database, lower case letters, "
            f"digits and _, it is {settings.database!r}"
        )
    if settings.endpoint_url and not settings.endpoint_url.startswith(("http://", "https://")):
        yield (
            "set AWS_ENDPOINT_URL (--endpoint-url) to an address that begins with http:// or "
            f"https://, it is {settings.endpoint_url!r}"
        )
    if for_job and not settings.state_table:
        yield "set WSB_LAKE_STATE_TABLE (--state-table) to the DynamoDB table of the job's lock"
    if for_job and not _is_landing_prefix(settings.landing_prefix):
        yield (
            "set WSB_LANDING_PREFIX (--landing-prefix) to a prefix that ends with / and is "
            f"not in {TABLES_PREFIX} or {REJECTS_PREFIX}, it is {settings.landing_prefix!r}"
        )


def _is_landing_prefix(prefix: str) -> bool:
    ours = (TABLES_PREFIX, REJECTS_PREFIX)
    return prefix.endswith("/") and not prefix.startswith(("/", *ours))
