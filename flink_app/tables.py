"""Tables: where records come from and results go; the only file that knows the connectors.

The source is `flink-connector-kinesis` 4.3. Its successor (`flink-connector-aws-kinesis-streams`,
for Flink 2) takes other options, `stream.arn` and `source.init.position` among them.
"""

from collections.abc import Mapping

from flink_app.properties import Properties
from flink_app.sql_text import literal

# A shard answers five GetRecords a second; the default of 200 ms leaves none to other readers.
READ_INTERVAL_MS = 1000
FLUSH_INTERVAL_MS = 1000

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"


def tables(properties: Properties, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the statements that declare `records`, `observations` and `dead_letters`."""
    access = aws_access(properties.region, environment)
    return (
        _records(properties, access),
        _delivery("observations", "line BYTES", properties.observations_delivery_stream, access),
        _delivery("dead_letters", "letter STRING", properties.dead_letters_delivery_stream, access),
    )


def aws_access(region: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the connectors' options: the service's role, or another endpoint with fixed keys."""
    if not environment.get(ENDPOINT_VARIABLE):
        return {"aws.region": region, "aws.credentials.provider": "AUTO"}
    return {
        "aws.region": region,
        "aws.endpoint": environment[ENDPOINT_VARIABLE],
        "aws.credentials.provider": "BASIC",
        "aws.credentials.basic.accesskeyid": environment.get("AWS_ACCESS_KEY_ID", "test"),
        "aws.credentials.basic.secretkey": environment.get("AWS_SECRET_ACCESS_KEY", "test"),
    }


def _records(properties: Properties, access: Mapping[str, str]) -> str:
    # bytes, not a string: invalid UTF-8 would be replaced before anybody could see it
    columns = "line BYTES, arrived_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"
    options = {
        "connector": "kinesis",
        "stream": properties.stream_name,
        "scan.stream.initpos": properties.initial_position,
        "scan.shard.getrecords.intervalmillis": str(READ_INTERVAL_MS),
        "format": "raw",
    }
    return _table("records", columns, {**options, **access})


def _delivery(name: str, column: str, stream: str, access: Mapping[str, str]) -> str:
    options = {
        "connector": "firehose",
        "delivery-stream": stream,
        "sink.flush-buffer.timeout": str(FLUSH_INTERVAL_MS),
        "format": "raw",
    }
    return _table(name, column, {**options, **access})


def _table(name: str, columns: str, options: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{literal(key)} = {literal(value)}" for key, value in options.items())
    return f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({pairs})"
