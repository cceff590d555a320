"""Settings of the lake: where it is; read once, at the edge."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from contract import SCHEMA
from wsb_lake.errors import LakeSettingsError

LANDING_PREFIX = SCHEMA.prefixes["landing"]
REJECTS_PREFIX = SCHEMA.prefixes["rejects"]
TABLES_PREFIX = SCHEMA.prefixes["tables"]
DEAD_LETTERS_PREFIX = SCHEMA.prefixes["dead_letters"]
ERRORS_PREFIX = SCHEMA.prefixes["errors"]
ATHENA_PREFIX = SCHEMA.prefixes["athena"]

FOLDER, BUCKET, DATABASE = "WSB_LAKE_FOLDER", "WSB_LAKE_BUCKET", "WSB_LAKE_DATABASE"
STATE_TABLE, REGION, ENDPOINT = "WSB_LAKE_STATE_TABLE", "AWS_REGION", "AWS_ENDPOINT_URL"
RESIDUE_HOURS, STREAM = "WSB_LAKE_RESIDUE_HOURS", "WSB_STREAM_NAME"
RESIDUE_HOURS_DEFAULT = "20"
JOB_UNSET = (
    "`make deploy` writes these to build/lake.env, `make demo` to build/demo/env while it is up; a "
    "lake that is only a folder can be read, not changed"
)
NOTHING_SET = (
    f"nothing says where the lake is: set {DATABASE}, {BUCKET} and {REGION}, which `make deploy` "
    "writes to build/lake.env and `make demo` to build/demo/env, or "
    f"{FOLDER} to a folder that a lake was saved to"
)
_RULES = {
    # S3's naming rules; what both Glue and Athena accept
    BUCKET: (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "(--bucket) to the lake's bucket"),
    DATABASE: (
        r"[a-z0-9_]{1,255}",
        "(--database) to the Glue database, lower case letters, digits and _",
    ),
    STATE_TABLE: (r".+", "(--state-table) to the DynamoDB table of the job's lock"),
    RESIDUE_HOURS: (
        r"[1-9]|1[0-9]|20",
        "to the hours for which dead letters and the like stay, 1 to 20",
    ),
    ENDPOINT: (
        r"(https?://.+)?",
        "(--endpoint-url) to an address that begins with http:// or https://",
    ),
}


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
    """What the lake job needs besides: the DynamoDB table of its lock.

    `residue_retention_hours`: for how long what lies beside the tables stays.
    """

    state_table: str
    residue_retention_hours: int = int(RESIDUE_HOURS_DEFAULT)


def reader_settings(environ: Mapping[str, str]) -> LakeSettings:
    """Read what a reader needs; raises LakeSettingsError naming every mistake at once."""
    if not environ.get(DATABASE):
        raise LakeSettingsError(NOTHING_SET)
    return LakeSettings(**_values(environ, (DATABASE, ENDPOINT)))


def job_settings(environ: Mapping[str, str]) -> JobSettings:
    """Read what the job needs; raises LakeSettingsError naming every mistake at once."""
    environ = {RESIDUE_HOURS: RESIDUE_HOURS_DEFAULT, **environ}
    return JobSettings(
        **_values(environ, _RULES),
        state_table=environ[STATE_TABLE],
        residue_retention_hours=int(environ[RESIDUE_HOURS]),
    )


def _values(environ: Mapping[str, str], checked: Collection[str]) -> dict[str, Any]:
    mistakes = [
        f"set {name} {rule}, it is {environ[name]!r}" if environ.get(name) else f"set {name} {rule}"
        for name, (pattern, rule) in _RULES.items()
        if name in checked and not re.fullmatch(pattern, environ.get(name, ""))
    ]
    if STATE_TABLE in checked and not all(map(environ.get, (BUCKET, DATABASE, STATE_TABLE))):
        mistakes.append(JOB_UNSET)
    if mistakes:
        raise LakeSettingsError("; ".join(mistakes))
    return {
        "bucket": environ.get(BUCKET, ""),
        "database": environ[DATABASE],
        "region": environ.get(REGION) or environ.get("AWS_DEFAULT_REGION") or None,
        "endpoint_url": environ.get(ENDPOINT) or None,
    }
