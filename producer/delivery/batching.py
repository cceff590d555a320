"""Batching: records into PutRecords calls, within Kinesis' limits and in order per id."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from producer.errors import RecordTooLargeError

BATCH_RECORDS = 500
BATCH_BYTES = 5 * 1024 * 1024  # partition keys count
RECORD_BYTES = 1024 * 1024  # partition key included


class Entry(NamedTuple):
    """One record; its partition key is the id of what it shows."""

    key: str
    data: bytes

    @property
    def size(self) -> int:
        """Return what it counts against the limits, in bytes."""
        return len(self.data) + len(self.key.encode())


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Split in order; no batch holds an id twice, since Kinesis may fail the first alone."""
    batch: list[Entry] = []
    keys: set[str] = set()
    size = 0
    for entry in entries:
        check_size(entry)
        full = len(batch) == BATCH_RECORDS or size + entry.size > BATCH_BYTES
        if batch and (full or entry.key in keys):
            yield batch
            batch, keys, size = [], set(), 0
        batch.append(entry)
        keys.add(entry.key)
        size += entry.size
    if batch:
        yield batch


def check_size(entry: Entry) -> None:
    """Raise RecordTooLargeError for what Kinesis would never take."""
    if entry.size > RECORD_BYTES:
        raise RecordTooLargeError(
            f"the record of {entry.key} has {entry.size} bytes, Kinesis takes {RECORD_BYTES}"
        )
