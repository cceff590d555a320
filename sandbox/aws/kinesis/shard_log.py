"""ShardLog: the records of one shard, in order, for any number of writers and readers."""

import itertools
import threading
from bisect import bisect_left, bisect_right
from typing import NamedTuple

GET_RECORDS_LIMIT = 10_000
GET_RECORDS_BYTES = 10 * 1024 * 1024
# AWS' numbers have 56 digits; clients compare them as numbers, never with those of other shards.
_SEQUENCE = itertools.count(
    49_600_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
)


class StoredRecord(NamedTuple):
    """One record as the stream holds it."""

    sequence: int
    partition_key: str
    data: str
    """Base64, as it came and as it goes."""
    arrived_at: float

    @property
    def size_bytes(self) -> int:
        """Return what it counts against the limits of GetRecords."""
        return len(self.data) * 3 // 4 + len(self.partition_key)


class ShardLog:
    """Appends are atomic; a reader sees a prefix of what was appended, never a gap."""

    def __init__(self) -> None:
        self.first_sequence = next(_SEQUENCE)
        self._lock = threading.Lock()
        self._records: list[StoredRecord] = []
        self._sequences: list[int] = []
        self._newest = self.first_sequence
        self._newest_at = 0.0
        self._trimmed = 0
        self._read = 0

    def append(self, partition_key: str, data: str, at: float) -> int:
        """Keep a record; returns its sequence number."""
        with self._lock:
            # Two writers may come in the other order than they looked at the clock.
            self._newest, self._newest_at = next(_SEQUENCE), max(at, self._newest_at)
            self._records.append(StoredRecord(self._newest, partition_key, data, self._newest_at))
            self._sequences.append(self._newest)
            return self._newest

    def after(self, sequence: int, limit: int) -> tuple[list[StoredRecord], int]:
        """Return the next records, up to the limits of GetRecords, and milliseconds behind."""
        with self._lock:
            start = bisect_right(self._sequences, sequence)
            records = self._records[start : start + min(limit, GET_RECORDS_LIMIT)]
            sizes = itertools.accumulate(record.size_bytes for record in records)
            within = sum(1 for size in sizes if size <= GET_RECORDS_BYTES)
            records = records[: max(1, within)]
            if not records:
                return [], 0
            self._read = max(self._read, self._trimmed + start + len(records))
            return records, int((self._records[-1].arrived_at - records[-1].arrived_at) * 1000)

    def last_before(self, at: float) -> int:
        """Return the sequence number after which records arrived at or after that time."""
        with self._lock:
            index = bisect_left(self._records, at, key=lambda record: record.arrived_at)
            return self._sequences[index - 1] if index else 0

    def trim(self, before: float) -> None:
        """Forget what arrived earlier; what nobody read counts as put all the same."""
        with self._lock:
            index = bisect_left(self._records, before, key=lambda record: record.arrived_at)
            del self._records[:index]
            del self._sequences[:index]
            self._trimmed += index

    @property
    def oldest_sequence(self) -> int:
        """Return the first sequence number still held, else the shard's first."""
        with self._lock:
            return self._sequences[0] if self._sequences else self.first_sequence

    @property
    def newest_sequence(self) -> int:
        """Return the last sequence number given, else the shard's first."""
        return self._newest

    @property
    def put(self) -> int:
        """Return how many records were ever put."""
        return self._trimmed + len(self._records)

    @property
    def read(self) -> int:
        """Return how many records some reader has been given, each counted once."""
        return self._read

    @property
    def oldest_unread_at(self) -> float | None:
        """Return when the first record that nobody was given arrived; None: all were."""
        with self._lock:
            index = max(0, self._read - self._trimmed)
            return self._records[index].arrived_at if index < len(self._records) else None
