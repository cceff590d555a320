"""Outbox: where records wait, in order, until Kinesis has acknowledged them.

A record gets a sequence number when it is added: 1, 2, 3 … within a process; those left by an
earlier process come before. One thread adds, another sends and acknowledges.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from producer.delivery.dead_letter import DeadLetter
from producer.delivery.entry import Entry
from producer.looks.observation import Record


class Waiting(NamedTuple):
    """An entry that is not acknowledged."""

    sequence: int
    entry: Entry


class Outbox(Protocol):
    """Keeps what it is given until it is acknowledged; thread-safe.

    It never refuses a record. Who adds asks `full` first, and stops reading while it is: then
    nothing is dropped. `arrived` is set by each `add` and `report`, for who waits for records.
    """

    arrived: threading.Event

    def add(self, records: Sequence[Record], now: float) -> int:
        """Take records; returns the sequence number of the last one taken so far.

        A record too large for Kinesis becomes a dead letter, once for its id.
        """

    def report(self, letters: Iterable[DeadLetter], now: float) -> int:
        """Take those dead letters whose id has had none; returns as `add` does."""

    def is_reported(self, fullname: str) -> bool:
        """Tell whether this id has had a dead letter."""

    def reported(self, letter: DeadLetter) -> None:
        """Remember a dead letter that went another way."""

    def acknowledged(self) -> int:
        """Return the sequence number up to which everything is acknowledged."""

    def waiting(self, after: int, most_records: int, most_bytes: int) -> list[Waiting]:
        """Return what waits after that sequence number, in order; at least one if any does."""

    def acknowledge(self, done: Sequence[Waiting]) -> None:
        """Forget what Kinesis has acknowledged."""

    def fail(self, problem: Exception) -> None:
        """Keep what ended the sending, for who adds."""

    def raise_problem(self) -> None:
        """Raise what ended the sending: AwsError or OutboxError that a person must fix."""

    def count(self) -> int:
        """Return how many entries wait."""

    def bytes(self) -> int:
        """Return what the waiting entries count for Kinesis, in bytes."""

    def age(self, now: float) -> float:
        """Return for how many seconds the oldest has waited; 0 when none does."""

    def full(self) -> bool:
        """Tell whether nothing more should be read, for want of room."""

    def fleeting(self) -> int:
        """Return how many of the waiting would be gone with the process."""

    def close(self) -> None:
        """Let go of what is open; what waits on a disk stays there."""
