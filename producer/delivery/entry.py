"""Entry: one record as PutRecords takes it."""

import json
from typing import NamedTuple

from producer.looks.observation import Record

# "The default maximum record size for existing, and newly created streams is set to 1 MiB"
# (docs.aws.amazon.com/streams/latest/dev/large-records.html); the key counts.
RECORD_BYTES = 1024 * 1024
KEY_CHARACTERS = 256  # Kinesis refuses longer partition keys
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Entry(NamedTuple):
    """One record; its partition key is the id of what it shows."""

    key: str
    data: bytes

    @property
    def size(self) -> int:
        """Return what it counts against the limits, in bytes."""
        return len(self.data) + len(self.key.encode())


def entry_of(record: Record) -> Entry:
    """Encode a record; its id may be anything that Reddit's JSON can hold."""
    return Entry(key_of(record["id"]), encode(record))


def key_of(fullname: str) -> str:
    """Return a partition key that Kinesis takes: an id's own text, as far as it can be one."""
    return whole(fullname[:KEY_CHARACTERS]) or "-"


def whole(text: str) -> str:
    """Return a text that can be written; half a surrogate pair becomes U+FFFD."""
    return _without_halves(text).decode()


def encode(record: Record) -> bytes:
    """Write a record as compact UTF-8 JSON; half a surrogate pair becomes U+FFFD."""
    return _without_halves(_COMPACT.encode(record))


def _without_halves(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
