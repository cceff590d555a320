"""Purge: takes what is forgotten out of the tables, down to the last file, and says so.

Four steps for each chunk of tombstones: the files that hold earlier looks are rewritten without
them; all snapshots but the newest expire; the files that only those named are deleted; the ledger
says `purged_at`. Killed between any two, or within one, it is simply run again: the ledger says it
last, and only when no file is left in the tables' folders that no snapshot names.

A query that began before a purge may find that a file is gone: it has to be asked again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, cast

import pyarrow.compute as pc

from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.forgetting.rewriting import Exchange
from wsb_lake.maintenance.expire import expire_snapshots
from wsb_lake.maintenance.orphans import ORPHAN_SECONDS, needed_files, unneeded_files
from wsb_lake.tables.specs import OBSERVATION_TABLES, TOMBSTONES_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyarrow as pa
    from pyiceberg.table import Table

    from wsb_lake.chores import Work
    from wsb_lake.tables.file_io import LakeFileIO

CHUNK = 20_000  # tombstones between two times that snapshots expire
DAYS_PER_COMMIT = 16  # of one table; files written wait for their commit no longer than that
_DAY = dt.timedelta(days=1)
_PURGED = [OBSERVATION_TABLES[kind] for kind in ("comment", "post")]


def purge(
    work: Work, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Mapping[str, int], bool]:
    """Purge what is pending, while time is left; `progress` hears tombstones done, and of how many.

    Returns counts (`tombstones` now purged, `rows` and `files` gone, `waiting`: tombstones that
    wait for a killed writer's files to be old enough to go), and whether it came to its end.
    """
    ledger = Ledger(work.tables[TOMBSTONES_TABLE], work.clock)
    counts = Counter({"tombstones": 0, "rows": 0, "files": 0, "waiting": 0})
    pending = ledger.pending()
    for start in range(0, len(pending), CHUNK):
        chunk = pending.slice(start, CHUNK)
        progress(start, len(pending))
        if not _rows_gone(work, chunk, counts):
            return counts, False
        if _files_gone(work, counts):
            ledger.mark_purged(chunk, work.renew)
            counts["tombstones"] += len(chunk)
        else:
            counts["waiting"] += len(chunk)
    progress(len(pending), len(pending))
    return counts, not counts["waiting"]


def _rows_gone(work: Work, chunk: pa.Table, counts: Counter[str]) -> bool:
    """Rewrite what holds rows of these tombstones; returns False when the time is up."""
    for kind in pc.unique(chunk["kind"]).to_pylist():
        table = work.tables[OBSERVATION_TABLES[kind]]
        table.refresh()
        exchange = Exchange(table)
        in_time = True
        for number, (day, until) in enumerate(_by_day(chunk.filter(pc.equal(chunk["kind"], kind)))):
            if not (in_time := work.time_left()):
                break
            end = day + _DAY
            days = f"created_at >= '{day.isoformat()}' AND created_at < '{end.isoformat()}'"
            exchange.add(days, until, work.renew)
            if (number + 1) % DAYS_PER_COMMIT == 0:
                counts["rows"] += exchange.commit(work.renew)
        counts["rows"] += exchange.commit(work.renew)
        if not in_time:
            return False
    return True


def _by_day(chunk: pa.Table) -> Iterator[tuple[dt.datetime, Mapping[str, dt.datetime]]]:
    """Yield each created day with the newest tombstone's time by id hash."""
    days: dict[dt.datetime, dict[str, dt.datetime]] = defaultdict(dict)
    columns = (chunk[name].to_pylist() for name in ("created_at", "id_sha256", "observed_at"))
    for created_at, key, observed_at in zip(*columns, strict=True):
        until = days[created_at.replace(hour=0, minute=0, second=0, microsecond=0)]
        until[key] = max(observed_at, until.get(key, observed_at))
    yield from sorted(days.items())


def _files_gone(work: Work, counts: Counter[str]) -> bool:
    """Delete every file that the newest snapshots do not need; returns whether none is left."""
    left = 0
    for name in _PURGED:
        work.renew()
        left += _history_gone(work.tables[name], work.clock.now(), counts)
    return not left


def _history_gone(table: Table, now: float, counts: Counter[str]) -> int:
    """Leave a table nothing but its newest snapshot; returns how many young orphans it has left."""
    files = cast("LakeFileIO", table.io)
    table.refresh()
    before = set(needed_files(table))
    expire_snapshots(table, math.inf)
    table.refresh()
    # They were committed and are no longer named: no writer in flight can need them.
    expired = sorted(before - set(needed_files(table)))
    files.delete_all(expired)
    orphans = unneeded_files(table)
    old = [each.location for each in orphans if now - each.modified_at >= ORPHAN_SECONDS]
    files.delete_all(old)
    counts["files"] += len(expired) + len(old)
    return len(orphans) - len(old)
