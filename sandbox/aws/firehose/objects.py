"""Objects: the names and the bytes of what Firehose writes."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.aws.firehose.prefix import has_expression, render

if TYPE_CHECKING:
    from sandbox.aws.firehose.buffer import Batch
    from sandbox.aws.firehose.destination import Destination

# gzip's level 6 costs three times level 1's time and saves a tenth of such text.
_GZIP_LEVEL = 1
PROCESSING_FAILED = "processing-failed"


def object_name(stream: str, version: str, at: float, extension: str) -> str:
    """Return `<stream>-<version>-YYYY-MM-DD-HH-MM-SS-<uuid><extension>`."""
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d-%H-%M-%S")
    return f"{stream}-{version}-{moment}-{uuid.uuid4()}{extension}"


def data_key(destination: Destination, stream: str, version: str, batch: Batch) -> str:
    """Return the key of an object with these records."""
    folder = render(destination.prefix, batch.oldest_at, "")
    return folder + object_name(stream, version, batch.oldest_at, destination.extension)


def error_key(destination: Destination, stream: str, version: str, batch: Batch) -> str:
    """Return the key of an object with these failures."""
    prefix = destination.error_prefix
    if not has_expression(prefix):
        prefix += f"{PROCESSING_FAILED}/"
    folder = render(prefix, batch.oldest_at, PROCESSING_FAILED)
    return folder + object_name(stream, version, batch.oldest_at, destination.extension)


def body_of(batch: Batch, *, compressed: bool) -> bytes:
    """Return the records one after another, compressed or not."""
    body = b"".join(batch.records)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0) if compressed else body


def failure_of(record: bytes, at: float) -> bytes:
    """Return the JSON in which Firehose wraps a record that it could not process."""
    failure = {
        "attemptsMade": 1,
        "arrivalTimestamp": int(at * 1000),
        "errorCode": "Sandbox.Unprocessable",
        "errorMessage": "A fault switch of the sandbox made this record unprocessable.",
        "attemptEndingTimestamp": int(at * 1000),
        "rawData": base64.b64encode(record).decode(),
    }
    return json.dumps(failure).encode() + b"\n"
