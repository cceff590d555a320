"""Record buffer: records wait here a moment, so that several answers share one PutRecords.

Whatever waits is covered by no checkpoint yet.
"""

import json
import threading
from collections.abc import Sequence
from typing import Protocol

from producer.delivery.batching import BATCH_RECORDS, Entry, check_size
from producer.looks.observation import Record

FLUSH_SECONDS = 5.0
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Stream(Protocol):
    """Where records go."""

    def put(self, entries: Sequence[Entry], stop: threading.Event) -> None:
        """Return once all are acknowledged; raises NotDeliveredError at a stop before that."""


class RecordBuffer:
    """Gathers records and puts them; the room where an outbox on disk will stand."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._waiting: list[Entry] = []
        self._oldest_at = 0.0

    def add(self, records: Sequence[Record], now: float) -> None:
        """Take records; nothing is sent yet."""
        if records and not self._waiting:
            self._oldest_at = now
        for record in records:
            entry = Entry(record["id"], encode(record))
            check_size(entry)
            self._waiting.append(entry)

    def due_at(self) -> float:
        """Return when to flush: when the oldest has waited long enough, or a batch is full."""
        if len(self._waiting) >= BATCH_RECORDS:
            return 0.0
        return self._oldest_at + FLUSH_SECONDS if self._waiting else float("inf")

    def flush(self, stop: threading.Event) -> None:
        """Return once all that waited is acknowledged; raises NotDeliveredError."""
        self._stream.put(self._waiting, stop)
        self._waiting = []


def encode(record: Record) -> bytes:
    """Write a record as compact UTF-8 JSON; half a surrogate pair becomes U+FFFD."""
    text = _COMPACT.encode(record)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
