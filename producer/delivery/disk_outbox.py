"""DiskOutbox: an outbox in a SQLite file; what waits outlives the process.

Only the core adds and only the sender acknowledges, each for a few milliseconds. Where the
disk takes nothing more, what cannot be written waits in memory, the outbox says that it is full
until it is written or acknowledged, and nothing is dropped.
"""

import json
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from producer.delivery.dead_letter import REMEMBERED, DeadLetter, Reported
from producer.delivery.entry import Entry
from producer.delivery.intake import Intake
from producer.delivery.outbox import Waiting
from producer.delivery.outbox_file import PAGE_BYTES, advice, open_file, primary_code, remove_old
from producer.errors import OutboxError
from producer.events import OutboxHasRoom, OutboxUnwritable
from producer.looks.observation import Record
from producer.totals import Totals
from telemetry import Log

# no room, a quota, a broken or read-only disk: it may be written again later
UNWRITABLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
TRY_SECONDS = 1.0
TIDY_SECONDS = 3600.0  # between two looks for what was put aside too long ago
# The write-ahead log holds what was erased until it is written over, in a quiet week for days.
WIPE_SECONDS = 3600.0
RECENT_BYTES = 8 * 1024 * 1024
INSERTED_ROWS = 500  # a statement; SQLite allows 32,766 values in one
SPARE_PAGES = 2_048  # 32 MiB that the next records fill again
RECLAIMED_PAGES = 512  # at a time: more of it than a call to Kinesis frees
FILE_SHARE = 1.5  # of a file to what waits in it, whatever the records' sizes
SPARE_FILE_BYTES = 64 * 1024 * 1024


class _UnwritableError(Exception):
    """The disk takes nothing now."""


class DiskOutbox:
    """Keeps about `most_bytes` in `folder`; raises OutboxError for what a person must fix.

    It holds the file alone: a second producer on the same folder is refused.
    """

    def __init__(self, folder: Path, most_bytes: int, *, totals: Totals, log: Log) -> None:
        self.arrived = threading.Event()
        self._problem: Exception | None = None
        self._log = log
        self._most_bytes = most_bytes
        self._lock = threading.RLock()
        self._folder = folder
        self._database = open_file(folder, log)
        self._tidy_at = time.monotonic() + TIDY_SECONDS
        pages = int(most_bytes * FILE_SHARE + SPARE_FILE_BYTES) // PAGE_BYTES
        self._database.execute(f"PRAGMA max_page_count = {pages}")
        self._recent: OrderedDict[int, Entry] = OrderedDict()  # the last ones, not to be read back
        self._recent_bytes = 0
        self._unwritten: OrderedDict[int, tuple[Entry, float]] = OrderedDict()
        self._unwritten_ids: list[str] = []
        self._unerased: set[int] = set()  # acknowledged, and the file does not know it yet
        self._troubled_at: float | None = None
        self._wiped_at = time.monotonic()
        self._count, self._bytes, self._last = self._read_totals()
        self._oldest = self._read_oldest()
        ids = self._database.execute("SELECT id FROM reported ORDER BY at")
        self._intake = Intake(Reported(row[0] for row in ids), totals, log)

    def add(self, records: Sequence[Record], now: float) -> int:
        """Take records; returns the sequence number of the last one taken so far."""
        with self._lock:
            return self._keep(*self._intake.entries(records), now)

    def report(self, letters: Iterable[DeadLetter], now: float) -> int:
        """Take those dead letters whose id has had none; returns as `add` does."""
        with self._lock:
            return self._keep(*self._intake.letters(letters), now)

    def is_reported(self, fullname: str) -> bool:
        """Tell whether this id has had a dead letter."""
        with self._lock:
            return self._intake.is_reported(fullname)

    def reported(self, letter: DeadLetter) -> None:
        """Remember a dead letter that went another way."""
        with self._lock:
            self._intake.reported(letter)
            self._unwritten_ids.append(letter.id)
            self._catch_up()

    def acknowledged(self) -> int:
        """Return the sequence number up to which everything is acknowledged."""
        with self._lock:
            return self._last if self._oldest is None else self._oldest[0] - 1

    def waiting(self, after: int, most_records: int, most_bytes: int) -> list[Waiting]:
        """Return what waits after that sequence number, in order; at least one if any does."""
        found: list[Waiting] = []
        size = 0
        with self._lock:
            for each in self._later(after):
                size += each.entry.size
                if len(found) == most_records or (found and size > most_bytes):
                    break
                found.append(each)
        return found

    def acknowledge(self, done: Sequence[Waiting]) -> None:
        """Forget what Kinesis has acknowledged.

        A full disk cannot even forget. Then it is remembered in memory, and would be sent once
        more after a kill.
        """
        with self._lock:
            for sequence, entry in done:
                self._count -= 1
                self._bytes -= entry.size
                if (recent := self._recent.pop(sequence, None)) is not None:
                    self._recent_bytes -= len(recent.data)
                if self._unwritten.pop(sequence, None) is None:
                    self._unerased.add(sequence)
            self._catch_up()
            self._oldest = self._read_oldest()

    def fail(self, problem: Exception) -> None:
        """Keep what ended the sending, for who adds."""
        self._problem = problem

    def raise_problem(self) -> None:
        """Raise what ended the sending: AwsError or OutboxError that a person must fix."""
        if self._problem is not None:
            raise self._problem

    def count(self) -> int:
        """Return how many entries wait."""
        return self._count

    def bytes(self) -> int:
        """Return what the waiting entries count for Kinesis, in bytes."""
        return self._bytes

    def age(self, now: float) -> float:
        """Return for how many seconds the oldest has waited; 0 when none does."""
        oldest = self._oldest
        return 0.0 if oldest is None else max(0.0, now - oldest[1])

    def full(self) -> bool:
        """Tell whether nothing more should be read, for want of room."""
        with self._lock:
            if self._tidy_at <= time.monotonic():
                self._tidy_at = time.monotonic() + TIDY_SECONDS
                remove_old(self._folder, self._log)
            if self._troubled_at is not None and self._troubled_at + TRY_SECONDS < time.monotonic():
                self._catch_up()
            return self._bytes >= self._most_bytes or bool(self._unwritten)

    def fleeting(self) -> int:
        """Return how many of the waiting would be gone with the process."""
        return len(self._unwritten)

    def close(self) -> None:
        """Let go of the file; what waits stays in it."""
        with self._lock:
            self._catch_up()
            self._database.close()

    def _keep(self, entries: Sequence[Entry], ids: Sequence[str], now: float) -> int:
        for entry in entries:
            self._last += 1
            self._unwritten[self._last] = (entry, now)
            self._bytes += entry.size
            self._remember(self._last, entry)
        self._count += len(entries)
        self._unwritten_ids += ids
        if self._oldest is None and entries:
            self._oldest = (self._last - len(entries) + 1, now)
        self._catch_up()
        self.arrived.set()
        return self._last

    def _remember(self, sequence: int, entry: Entry) -> None:
        self._recent[sequence] = entry
        self._recent_bytes += len(entry.data)
        while self._recent_bytes > RECENT_BYTES:
            _, oldest = self._recent.popitem(last=False)
            self._recent_bytes -= len(oldest.data)

    def _catch_up(self) -> None:
        """Write what is not written, erase what is not erased, give back what is not needed."""
        try:
            if self._unwritten or self._unwritten_ids:
                self._write()
            if self._unerased:
                self._erase()
        except _UnwritableError as error:
            if self._troubled_at is None:
                self._log.emit(OutboxUnwritable(reason=str(error)))
            self._troubled_at = time.monotonic()
            return
        if self._troubled_at is not None:
            self._troubled_at = None
            self._log.emit(OutboxHasRoom())

    def _write(self) -> None:
        rows = [
            (sequence, at, entry.key, entry.data)
            for sequence, (entry, at) in self._unwritten.items()
        ]
        at = time.time()
        with self._transaction() as database:
            # one statement for many rows: each gives Python's lock away, and waits for it again
            for begin in range(0, len(rows), INSERTED_ROWS):
                part = rows[begin : begin + INSERTED_ROWS]
                places = ",".join(["(?,?,?,?)"] * len(part))
                values = [value for row in part for value in row]
                database.execute(f"INSERT INTO records VALUES {places}", values)  # noqa: S608 - only places
            if self._unwritten_ids:
                ids = [(each, at) for each in self._unwritten_ids]
                database.executemany("INSERT OR REPLACE INTO reported VALUES (?, ?)", ids)
                database.execute(
                    "DELETE FROM reported WHERE id IN"
                    " (SELECT id FROM reported ORDER BY at DESC LIMIT -1 OFFSET ?)",
                    (REMEMBERED,),
                )
        self._unwritten.clear()
        self._unwritten_ids.clear()

    def _erase(self) -> None:
        with self._transaction() as database:
            database.execute(
                "DELETE FROM records WHERE sequence IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(self._unerased)),),
            )
        self._unerased.clear()
        with self._errors():
            (spare,) = self._database.execute("PRAGMA freelist_count").fetchone()
            if spare > SPARE_PAGES:
                # execute would take one step of it, and give back one page
                self._database.executescript(f"PRAGMA incremental_vacuum({RECLAIMED_PAGES})")
            if time.monotonic() - self._wiped_at >= WIPE_SECONDS:
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._wiped_at = time.monotonic()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; raises _UnwritableError, or OutboxError for a damaged file."""
        with self._errors():
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database
            self._database.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if self._database.in_transaction:  # SQLite may have ended it itself
                self._database.execute("ROLLBACK")
            if not isinstance(error, sqlite3.Error):
                raise
            if primary_code(error) in UNWRITABLE:
                raise _UnwritableError(str(error)) from error
            raise OutboxError(f"the outbox: {advice(error)}") from error

    def _later(self, after: int) -> Iterator[Waiting]:
        if after + 1 in self._recent:  # and so is all that follows, unless acknowledged
            for sequence in range(after + 1, self._last + 1):
                if sequence in self._recent:
                    yield Waiting(sequence, self._recent[sequence])
            return
        found = self._read(
            "SELECT sequence, key, data FROM records WHERE sequence > ? ORDER BY sequence", after
        )
        for sequence, key, data in found:
            if sequence not in self._unerased:
                yield Waiting(sequence, Entry(key, data))
        for sequence, (entry, _) in self._unwritten.items():
            if sequence > after:
                yield Waiting(sequence, entry)

    def _read_oldest(self) -> tuple[int, float] | None:
        for sequence, at in self._read("SELECT sequence, added_at FROM records ORDER BY sequence"):
            if sequence not in self._unerased:
                return sequence, at
        return next(((sequence, at) for sequence, (_, at) in self._unwritten.items()), None)

    def _read_totals(self) -> tuple[int, int, int]:
        return next(
            self._read(
                "SELECT count(*), coalesce(sum(length(data) + length(CAST(key AS BLOB))), 0),"
                " coalesce(max(sequence), 0) FROM records"
            )
        )

    def _read(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(query, values)
        except sqlite3.Error as error:
            raise OutboxError(f"the outbox: {advice(error)}") from error
