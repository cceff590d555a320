"""Objects: the names and the bytes of what Firehose writes."""

import gzip
import uuid
from datetime import UTC, datetime

from sandbox.aws.firehose.buffer import Batch
from sandbox.aws.firehose.destination import Destination
from sandbox.aws.firehose.prefix import render

# gzip's level 6 costs three times level 1's time and saves a tenth of such text.
_GZIP_LEVEL = 1


def key_of(destination: Destination, stream: str, version: str, batch: Batch) -> str:
    """Return `<prefix><stream>-<version>-YYYY-MM-DD-HH-MM-SS-<uuid><extension>`."""
    folder = render(destination.prefix, batch.oldest_at)
    moment = datetime.fromtimestamp(batch.oldest_at, UTC).strftime("%Y-%m-%d-%H-%M-%S")
    return f"{folder}{stream}-{version}-{moment}-{uuid.uuid4()}{destination.extension}"


def body_of(batch: Batch, *, compressed: bool) -> bytes:
    """Return the records one after another, compressed or not."""
    body = b"".join(batch.records)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0) if compressed else body
