"""Chores: those that keep the tables quick to read, and when each is due."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyiceberg.exceptions import ValidationException

from wsb_lake.chores import HOUR_SECONDS, Chore
from wsb_lake.maintenance.compaction import compact
from wsb_lake.maintenance.expire import eject_snapshots
from wsb_lake.maintenance.layout import partitions
from wsb_lake.maintenance.orphans import ORPHAN_SECONDS, remove_orphans
from wsb_lake.tables.specs import OBSERVATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyiceberg.table import Table

    from wsb_lake.chores import Work

# For readers in flight: a query of an hour, and one that planned ten commits ago.
SNAPSHOT_SECONDS = HOUR_SECONDS
SNAPSHOTS_MIN = 10

Done = tuple["Mapping[str, int]", bool]


def compact_days(work: Work) -> Done:
    """Rewrite the files of settled days, and the many small ones of days that still grow.

    Not those of the ledger, whose days the purge makes one file each.
    """
    counts = {"partitions": 0, "files_before": 0, "files_after": 0, "rows": 0, "conflicts": 0}
    for name in OBSERVATION_TABLES.values():
        table = work.tables[name]
        while todo := _to_compact(table, work):
            conflicts = counts["conflicts"]
            for files in todo:
                if not work.time_left():
                    return counts, False
                try:
                    done = compact(table, files, work.renew)
                except ValidationException:  # another writer has rewritten one of the files
                    counts["conflicts"] += 1
                    continue
                counts["partitions"] += 1
                counts["files_before"] += done.files_before
                counts["files_after"] += done.files_after
                counts["rows"] += done.rows
            if counts["conflicts"] > conflicts:
                return counts, False
    return counts, True


def _to_compact(table: Table, work: Work) -> list[tuple]:  # type: ignore[type-arg]
    now = work.clock.now()
    return [files for each in partitions(table) if (files := each.to_compact(now))]


def expire(work: Work) -> Done:
    """Expire the snapshots that no reader in flight needs, and delete what only they named."""
    older_than = work.clock.now() - SNAPSHOT_SECONDS
    counts = Counter({"snapshots": 0, "files": 0})
    for table in work.tables.values():
        snapshots, files = eject_snapshots(table, older_than, SNAPSHOTS_MIN)
        counts.update(snapshots=snapshots, files=files)
        work.renew()
    return counts, True


def orphans(work: Work) -> Done:
    """Remove what no snapshot needs."""
    removed = 0
    for table in work.tables.values():
        removed += remove_orphans(table, ORPHAN_SECONDS, work.s3_now)
        work.renew()
    return {"files": removed}, True


MAINTENANCE = (
    Chore("compact", HOUR_SECONDS, compact_days),
    Chore("expire", HOUR_SECONDS, expire),
    Chore("orphans", 6 * HOUR_SECONDS, orphans),
)
