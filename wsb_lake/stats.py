"""Stats: how large the lake is, and what in it waits for the job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from wsb_lake.chores import HOUR_SECONDS
from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.forgetting.residues import folder, retention, written_at
from wsb_lake.maintenance.layout import SMALL_FILE_BYTES, partitions
from wsb_lake.settings import LANDING_PREFIX
from wsb_lake.tables.specs import TOMBSTONES_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyiceberg.table import Table

    from clock import Clock
    from wsb_lake.settings import JobSettings
    from wsb_lake.tables.file_io import LakeFileIO, StoredFile


@dataclass(frozen=True)
class Stats:
    """A lake's figures; hours are ages, None: there is nothing."""

    tables: Mapping[str, Mapping[str, int]]
    tombstones: int
    tombstones_pending: int
    oldest_pending_hours: float | None
    landing_objects: int
    landing_bytes: int
    oldest_landing_hours: float | None
    residues: Mapping[str, Mapping[str, float | None]]


def stats_of(settings: JobSettings, tables: Mapping[str, Table], clock: Clock) -> Stats:
    """Return the figures of this moment; reads metadata and lists objects, no rows."""
    now = clock.now()
    files = cast("LakeFileIO", next(iter(tables.values())).io)
    pending = Ledger(tables[TOMBSTONES_TABLE], clock).pending()
    pending_since = [at.timestamp() for at in pending["landed_at"].slice(0, 1).to_pylist()]
    landing = list(files.listed(folder(settings, LANDING_PREFIX)))
    by_table = {name: _table(table, now) for name, table in tables.items()}
    residues = {}
    for kind, (prefix, hours) in retention(settings.residue_retention_hours).items():
        found = list(files.listed(folder(settings, prefix)))
        oldest = _oldest(map(written_at, found), now)
        residues[kind] = {"objects": len(found), "oldest_hours": oldest, "kept_hours": hours}
    return Stats(
        tables=by_table,
        tombstones=by_table[TOMBSTONES_TABLE]["rows"],
        tombstones_pending=len(pending),
        oldest_pending_hours=_oldest(pending_since, now),
        landing_objects=len(landing),
        landing_bytes=_bytes(landing),
        oldest_landing_hours=_oldest([file.modified_at for file in landing], now),
        residues=residues,
    )


def _table(table: Table, now: float) -> dict[str, int]:
    parts = partitions(table)
    files = [file for part in parts for file in part.files]
    return {
        "rows": sum(file.record_count for file in files),
        "files": len(files),
        "small_files": sum(file.file_size_in_bytes < SMALL_FILE_BYTES for file in files),
        "bytes": sum(file.file_size_in_bytes for file in files),
        "unsettled_days": sum(
            part.day is not None and bool(part.to_compact(now)) for part in parts
        ),
        "snapshots": len(table.metadata.snapshots),
    }


def _oldest(instants: Iterable[float], now: float) -> float | None:
    oldest = min(instants, default=None)
    return None if oldest is None else round((now - oldest) / HOUR_SECONDS, 1)


def _bytes(files: Iterable[StoredFile]) -> int:
    return sum(file.size_bytes for file in files)
