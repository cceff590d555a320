"""Batch: observations on their way into the tables, and what became of the lines they were.

A batch ends when its rows fill their share of memory, in the middle of an object if need be: what
is committed of an object is recognised when the object is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from wsb_lake.events import LakeJobOlder
from wsb_lake.job.lines import pieces
from wsb_lake.job.parsing import parse
from wsb_lake.tables.specs import OBSERVATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contract import Schema
    from telemetry import Log
    from wsb_lake.job.landing import LandedObject, Landing
    from wsb_lake.job.newer import Newer
    from wsb_lake.job.parsing import Parsed
    from wsb_lake.job.rejects import Rejects

BATCH_BYTES = 96 * 1024 * 1024  # as Arrow columns; sorting and writing take four times that
BATCH_OBJECTS = 1000
BATCH_DAYS = 200  # created days: each is a file, and S3 takes some 50 ms for one


@dataclass(slots=True)
class LandedBatch:
    """The valid observations of some lines by table; `read` counts lines, valid or not.

    `objects` are those of which, with this batch, all is taken in.
    """

    objects: list[LandedObject] = field(default_factory=list)
    parts: dict[str, list[pa.Table]] = field(
        default_factory=lambda: {name: [] for name in OBSERVATION_TABLES.values()}
    )
    read: int = 0
    rejected: int = 0
    size_bytes: int = 0
    days: set[int] = field(default_factory=set)

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """Return the observations by table, of those tables that have any."""
        return {name: pa.concat_tables(parts) for name, parts in self.parts.items() if parts}

    @property
    def valid(self) -> int:
        """Return how many lines are valid observations, duplicates included."""
        return self.read - self.rejected

    @property
    def is_full(self) -> bool:
        """Return whether it is time to commit it."""
        return (
            self.size_bytes >= BATCH_BYTES
            or len(self.objects) >= BATCH_OBJECTS
            or len(self.days) >= BATCH_DAYS
        )

    def add(self, parsed: Parsed) -> None:
        """Add what became of some lines."""
        for name, table in parsed.tables.items():
            if len(table):
                self.parts[name].append(table)
                self.size_bytes += table.nbytes
                self.days.update(_unique_days(table))
        self.read += sum(map(len, parsed.tables.values())) + len(parsed.rejects)
        self.rejected += len(parsed.rejects)


@dataclass(frozen=True)
class BatchReader:
    """Reads landed objects into batches; lines that are no observation are set aside on the way.

    An object with a record of a later contract than this code's is left as it is, said to be and
    remembered: its new fields would be lost. `renew` is called every few megabytes.
    """

    landing: Landing
    rejects: Rejects
    log: Log
    schema: Schema
    renew: Callable[[], None]
    newer: Newer

    def batches(
        self, objects: Iterable[LandedObject], time_left: Callable[[], bool]
    ) -> Iterator[LandedBatch]:
        """Yield batches until all objects are read, or no time is left for another object.

        Each is to be committed before the next.
        """
        batch = LandedBatch()
        for number, landed in enumerate(objects):
            if number and not time_left():
                break
            for parsed in chain.from_iterable(map(by_days, self._parsed(landed))):
                batch.add(parsed)
                if parsed.is_last:
                    batch.objects.append(landed)
                if batch.is_full:
                    yield batch
                    batch = LandedBatch()
        if batch.read or batch.objects:
            yield batch

    def tell_older(self, key: str, version: int) -> None:
        """Say of a landed object that this job is too old for it."""
        known = self.schema.version
        self.log.emit(LakeJobOlder(object=key, schema_version=version, known_version=known))

    def _parsed(self, landed: LandedObject) -> Iterator[Parsed]:
        """Yield the object's lines, parsed; the last time `is_last`, unless it is left landed."""
        try:
            parts = self.landing.read(landed)
        except FileNotFoundError:
            return
        waiting, number = None, 1
        for place, piece in enumerate(pieces(parts), start=1):
            self.renew()
            parsed = parse(piece.lines, self.schema, first=number)
            if parsed.newest_version > self.schema.version:
                self.tell_older(landed.key, parsed.newest_version)
                self.newer.put(landed.key, parsed.newest_version)
                if waiting:
                    yield waiting
                return
            number += len(piece.lines)
            self.rejects.put_lines(landed, parsed.rejects, place)
            if piece.broken:
                parsed = parsed.with_reject(self.rejects.put_object(landed, "bad_gzip", number))
            if waiting:
                yield waiting
            waiting = parsed
        if waiting:
            yield waiting.as_last()


def by_days(parsed: Parsed) -> Iterator[Parsed]:
    """Yield the same rows and rejects in parts of at most BATCH_DAYS created days each."""
    days = sorted({day for table in parsed.tables.values() for day in _unique_days(table)})
    tables, rest = parsed.tables, parsed.rejects
    while len(days) > BATCH_DAYS:
        of_part, days = pa.array(days[:BATCH_DAYS], pa.int32()), days[BATCH_DAYS:]
        among = {n: pc.is_in(_days(rows), value_set=of_part) for n, rows in tables.items()}
        part = {name: rows.filter(among[name]) for name, rows in tables.items()}
        tables = {name: rows.filter(pc.invert(among[name])) for name, rows in tables.items()}
        yield replace(parsed, tables=part, rejects=rest, is_last=False)
        rest = ()
    yield replace(parsed, tables=tables, rejects=rest)


def _unique_days(rows: pa.Table) -> list[int]:
    days: list[int] = pc.unique(_days(rows)).to_pylist()
    return days


def _days(rows: pa.Table) -> pa.ChunkedArray:
    return rows["created_at"].cast(pa.date32(), safe=False).cast(pa.int32())
