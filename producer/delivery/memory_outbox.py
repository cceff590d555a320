"""MemoryOutbox: an outbox that goes with its process, for Lambda and for tests."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice

from producer.delivery.dead_letter import DeadLetter, Reported
from producer.delivery.entry import Entry
from producer.delivery.intake import Intake
from producer.delivery.outbox import Waiting
from producer.looks.observation import Record
from producer.totals import Totals
from telemetry import Log

MOST_BYTES = 64 * 1024 * 1024


class MemoryOutbox:
    """Keeps at most about `most_bytes`; `reported` outlives it where the process does."""

    def __init__(
        self,
        *,
        totals: Totals,
        log: Log,
        most_bytes: int = MOST_BYTES,
        reported: Reported | None = None,
    ) -> None:
        self.arrived = threading.Event()
        self._problem: Exception | None = None
        self._intake = Intake(reported if reported is not None else Reported(), totals, log)
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[int, tuple[Entry, float]] = OrderedDict()
        self._last = 0
        self._bytes = 0

    def add(self, records: Sequence[Record], now: float) -> int:
        """Take records; returns the sequence number of the last one taken so far."""
        with self._lock:
            entries, _ = self._intake.entries(records)
            return self._keep(entries, now)

    def report(self, letters: Iterable[DeadLetter], now: float) -> int:
        """Take those dead letters whose id has had none; returns as `add` does."""
        with self._lock:
            entries, _ = self._intake.letters(letters)
            return self._keep(entries, now)

    def is_reported(self, fullname: str) -> bool:
        """Tell whether this id has had a dead letter."""
        with self._lock:
            return self._intake.is_reported(fullname)

    def reported(self, letter: DeadLetter) -> None:
        """Remember a dead letter that went another way."""
        with self._lock:
            self._intake.reported(letter)

    def acknowledged(self) -> int:
        """Return the sequence number up to which everything is acknowledged."""
        with self._lock:
            return next(iter(self._entries), self._last + 1) - 1

    def waiting(self, after: int, most_records: int, most_bytes: int) -> list[Waiting]:
        """Return what waits after that sequence number, in order; at least one if any does."""
        found: list[Waiting] = []
        size = 0
        with self._lock:
            later = (each for each in self._entries.items() if each[0] > after)
            for sequence, (entry, _) in islice(later, most_records):
                size += entry.size
                if found and size > most_bytes:
                    break
                found.append(Waiting(sequence, entry))
        return found

    def acknowledge(self, done: Sequence[Waiting]) -> None:
        """Forget what Kinesis has acknowledged."""
        with self._lock:
            for sequence, entry in done:
                del self._entries[sequence]
                self._bytes -= entry.size

    def fail(self, problem: Exception) -> None:
        """Keep what ended the sending, for who adds."""
        self._problem = problem

    def raise_problem(self) -> None:
        """Raise what ended the sending: AwsError or OutboxError that a person must fix."""
        if self._problem is not None:
            raise self._problem

    def count(self) -> int:
        """Return how many entries wait."""
        return len(self._entries)

    def bytes(self) -> int:
        """Return what the waiting entries count for Kinesis, in bytes."""
        return self._bytes

    def age(self, now: float) -> float:
        """Return for how many seconds the oldest has waited; 0 when none does."""
        with self._lock:
            added_at = next((at for _, at in self._entries.values()), now)
        return max(0.0, now - added_at)

    def full(self) -> bool:
        """Tell whether nothing more should be read, for want of room."""
        return self._bytes >= self._most_bytes

    def fleeting(self) -> int:
        """Return how many of the waiting would be gone with the process: all."""
        return self.count()

    def close(self) -> None:
        """Do nothing: there is nothing open."""

    def _keep(self, entries: Iterable[Entry], now: float) -> int:
        for entry in entries:
            self._last += 1
            self._entries[self._last] = (entry, now)
            self._bytes += entry.size
        self.arrived.set()
        return self._last
