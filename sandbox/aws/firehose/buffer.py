"""Buffer: what a delivery stream holds until it is large or old enough to be an object."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Batch:
    """The records of one object, in the order they came."""

    records: tuple[bytes, ...]
    oldest_at: float


@dataclass
class Buffer:
    """Collects records; one that fills it seals the batch it is in.

    Sizes are before compression. `interval_seconds` counts from the first buffered record.
    Not thread-safe: its owner holds a lock.
    """

    limit_bytes: int
    interval_seconds: float
    delimiter: bytes = b""
    _records: list[bytes] = field(default_factory=list)
    _size_bytes: int = 0
    _oldest_at: float = 0.0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def due_at(self) -> float | None:
        """Return when the oldest record must leave; None when there is none."""
        return self._oldest_at + self.interval_seconds if self._records else None

    def add(self, record: bytes, at: float) -> Batch | None:
        """Keep a record; returns the batch that it completed."""
        if not self._records:
            self._oldest_at = at
        self._records.append(record + self.delimiter)
        self._size_bytes += len(self._records[-1])
        return self.seal() if self._size_bytes >= self.limit_bytes else None

    def seal(self) -> Batch | None:
        """Return what is buffered, and start again empty; None when there is nothing."""
        if not self._records:
            return None
        batch = Batch(tuple(self._records), self._oldest_at)
        self._records.clear()
        self._size_bytes = 0
        return batch
