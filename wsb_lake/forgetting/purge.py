"""Purge: takes what is forgotten out of the tables, down to the last file, and says so.

Four steps for some created days at a time: the files that hold earlier looks are rewritten without
them; the snapshots before that expire; the files that only those named are deleted; the ledger
says `purged_at`. Killed between any two, or within one, it is simply run again: the ledger says it
last, and only when no file is left in the tables' folders that no snapshot names.

A query that began before a purge may find that a file is gone: it has to be asked again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.table.snapshots import Operation

from wsb_lake.errors import ForeignDeletesError
from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.forgetting.rewriting import Exchange
from wsb_lake.maintenance.compaction import KIND
from wsb_lake.maintenance.expire import eject_snapshots
from wsb_lake.maintenance.orphans import ORPHAN_SECONDS, unneeded_files
from wsb_lake.tables.specs import OBSERVATION_TABLES, TOMBSTONES_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyiceberg.table import Table

    from wsb_lake.chores import Work
    from wsb_lake.tables.file_io import LakeFileIO

DAYS_AT_ONCE = 16  # created days between two times that snapshots expire and the ledger says so
_DAY = dt.timedelta(days=1)
_PURGED = [OBSERVATION_TABLES[kind] for kind in ("comment", "post")]


def purge(
    work: Work, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Mapping[str, int], bool]:
    """Purge what is pending, while time is left; `progress` hears tombstones done, and of how many.

    Raises ForeignDeletesError, the other days done, if a file of one may not be rewritten.
    Returns counts (`tombstones` now purged, `rows` and `files` gone, `waiting`: tombstones that
    wait for a killed writer's files to be old enough to go), and whether it came to its end.
    """
    ledger = Ledger(work.tables[TOMBSTONES_TABLE], work.clock)
    counts = Counter({"tombstones": 0, "rows": 0, "files": 0, "waiting": 0})
    pending = ledger.pending()
    blocked: list[ForeignDeletesError] = []
    days = _by_day(pending)
    for start in range(0, len(days), DAYS_AT_ONCE):
        progress(sum(map(len, days[:start])), len(pending))
        clean, in_time = _rows_gone(work, days[start : start + DAYS_AT_ONCE], counts, blocked)
        if clean and _files_gone(work, counts):
            ledger.mark_purged(pa.concat_tables(clean), work.renew)
            counts["tombstones"] += sum(map(len, clean))
        else:
            counts["waiting"] += sum(map(len, clean))
        if not in_time:
            return counts, False
    progress(len(pending), len(pending))
    if blocked:
        raise blocked[0]
    return counts, not counts["waiting"]


def _rows_gone(
    work: Work,
    days: Sequence[pa.Table],
    counts: Counter[str],
    blocked: list[ForeignDeletesError],
) -> tuple[list[pa.Table], bool]:
    """Rewrite what holds rows of these days' tombstones, while time is left.

    Returns the days of which no such row is in the newest snapshots, and whether time was left. A
    file that cannot be rewritten holds back its own day: the error joins `blocked`.
    """
    exchanges = {}
    for kind in ("comment", "post"):
        table = work.tables[OBSERVATION_TABLES[kind]]
        table.refresh()
        exchanges[kind] = Exchange(table)
    clean = []
    in_time = True
    for tombstones in days:
        if not (in_time := work.time_left()):
            break
        if _added(work, exchanges, tombstones, blocked):
            clean.append(tombstones)
    if clean and not _added(work, exchanges, pa.concat_tables(clean), blocked, elsewhere=True):
        clean = []
    for exchange in exchanges.values():
        counts["rows"] += exchange.commit(work.renew)
    return clean, in_time


def _added(
    work: Work,
    exchanges: Mapping[str, Exchange],
    tombstones: pa.Table,
    blocked: list[ForeignDeletesError],
    *,
    elsewhere: bool = False,
) -> bool:
    """Rewrite what lies in these tombstones' created day, or elsewhere; returns whether it went."""
    try:
        for kind, exchange in exchanges.items():
            until = _until(tombstones, kind)
            if until and elsewhere:
                exchange.add_strays(until, work.renew)
            elif until:
                exchange.add(_day_of(tombstones), until, work.renew)
    except ForeignDeletesError as error:
        blocked.append(error)
        return False
    return True


def _by_day(pending: pa.Table) -> list[pa.Table]:
    """Return the tombstones of each created day; first the day of which one waits the longest."""
    days = pc.floor_temporal(pending["created_at"], unit="day")
    return [pending.filter(pc.equal(days, day)) for day in pc.unique(days)]


def _day_of(tombstones: pa.Table) -> str:
    """Return the filter that finds the created day of the first of these."""
    start = tombstones["created_at"][0].as_py().replace(hour=0, minute=0, second=0, microsecond=0)
    return f"created_at >= '{start.isoformat()}' AND created_at < '{(start + _DAY).isoformat()}'"


def _until(tombstones: pa.Table, kind: str) -> Mapping[str, dt.datetime]:
    """Return the newest tombstone's time by id hash, of the things of this kind."""
    of_kind = tombstones.filter(pc.equal(tombstones["kind"], kind))
    newest = of_kind.group_by("id_sha256").aggregate([("observed_at", "max")])
    names = (newest[name].to_pylist() for name in ("id_sha256", "observed_at_max"))
    return dict(zip(*names, strict=True))


def _files_gone(work: Work, counts: Counter[str]) -> bool:
    """Delete every file that the newest snapshots do not need; returns whether none is left."""
    left = 0
    for name in _PURGED:
        work.renew()
        left += _history_gone(work.tables[name], work.s3_now, counts)
    return not left


def _history_gone(table: Table, now: float, counts: Counter[str]) -> int:
    """Leave a table no snapshot with rows that are gone; returns how many young orphans it has."""
    table.refresh()
    _snapshots, expired = eject_snapshots(table, math.inf, _snapshots_without(table))
    orphans = unneeded_files(table)
    old = [each.location for each in orphans if now - each.modified_at >= ORPHAN_SECONDS]
    cast("LakeFileIO", table.io).delete_all(old)
    counts["files"] += expired + len(old)
    return len(orphans) - len(old)


def _snapshots_without(table: Table) -> int:
    """Return how many of the newest snapshots hold no row that was taken out since.

    They are those from the newest on that did more than append or compact. A purge that comes
    again, because it waits, then finds nothing to expire, and no reader's files go.
    """
    newest_first = sorted(
        table.metadata.snapshots, key=lambda each: each.sequence_number or 0, reverse=True
    )
    for number, snapshot in enumerate(newest_first, start=1):
        summary = snapshot.summary
        harmless = summary and (
            summary.operation is Operation.APPEND or KIND in summary.additional_properties
        )
        if not harmless:
            return number
    return len(newest_first)
