"""Glue: the lake's Iceberg tables on S3, as the Glue catalog names their newest metadata."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from wsb_lake.aws import Aws, plain_words
from wsb_lake.errors import LakeMissingError, QueryError
from wsb_lake.reader.query import TABLES, Connection, quoted

EXTENSIONS = ("avro", "httpfs", "iceberg")  # in the order in which they need each other
# Each waits for S3 most of the time: a year is some 365 small files, each a few requests one after
# the other. A lake in a folder needs no more threads than there are cores.
READING_THREADS = 16
GlueTable = Any  # a dict as boto3 has it


class GlueSource:
    """The tables of one Glue database; the credentials are those of the moment."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._shown: Mapping[str, str] = {}

    def scans(self, connection: Connection) -> Mapping[str, str]:
        """Return SQL that scans the newest commit of each table; raises a LakeError."""
        with plain_words(self._aws.settings):
            locations = self._metadata_locations()
            properties = self._aws.file_properties()
        if not self._shown:
            _load_extensions(connection)
            connection.execute(f"SET threads = {max(READING_THREADS, os.cpu_count() or 1)}")
        if properties != self._shown:
            connection.execute(_secret_sql(properties))
            self._shown = properties
        return {table: f"iceberg_scan({quoted(at)})" for table, at in locations.items()}

    def _metadata_locations(self) -> dict[str, str]:
        database, glue = self._aws.settings.database, self._aws.glue
        try:
            pages = list(glue.get_paginator("get_tables").paginate(DatabaseName=database))
        except glue.exceptions.EntityNotFoundException as error:
            raise LakeMissingError(
                f"there is no Glue database {database!r} in {glue.meta.region_name}, there is "
                f"{self._databases()}: set WSB_LAKE_DATABASE (database=, --database), or AWS_REGION"
            ) from error
        tables = {table["Name"]: table for page in pages for table in page["TableList"]}
        return {name: _metadata_location(tables.get(name), database, name) for name in TABLES}

    def _databases(self) -> str:
        try:
            pages = self._aws.glue.get_paginator("get_databases").paginate()
            names = [found["Name"] for page in pages for found in page["DatabaseList"]]
        except ClientError:  # a reader may have rights on its own database only
            return "perhaps another"
        return ", ".join(sorted(names)) or "none at all"


def _load_extensions(connection: Connection) -> None:
    """Load what DuckDB needs to read Iceberg on S3, from wheels, without any network."""
    for name in EXTENSIONS:
        package = import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent
        found = sorted(folder.glob(f"extensions/*/{name}.duckdb_extension"))
        if not found:
            raise QueryError(f"duckdb-extension-{name} holds no extension for this kind of machine")
        connection.load_extension(str(found[-1]))


def _metadata_location(table: GlueTable | None, database: str, name: str) -> str:
    if table is None:
        raise LakeMissingError(
            f"there is no table {database}.{name} yet: the lake job makes it on its first run; "
            "run `wsb lake settle`, or check WSB_LAKE_DATABASE"
        )
    location: str | None = table.get("Parameters", {}).get("metadata_location")
    if location is None:
        raise LakeMissingError(f"{database}.{name} is no Iceberg table: check WSB_LAKE_DATABASE")
    return location


def _secret_sql(properties: Mapping[str, str]) -> str:
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
    given = "".join(f", {name} {quoted(value)}" for name, value in options.items() if value)
    return f"CREATE OR REPLACE SECRET lake (TYPE s3{given})"
