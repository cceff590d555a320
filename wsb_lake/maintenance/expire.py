"""Expire: takes old snapshots out of a table's history, so that its metadata stays small.

Files that only they needed become orphans (`orphans`). Rows are never lost: the newest snapshot
holds all of them, whatever wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsb_lake.tables.commit import committed

if TYPE_CHECKING:
    from pyiceberg.table import Table


def expire_snapshots(table: Table, older_than: float, keep: int = 1) -> int:
    """Expire snapshots made before that instant (seconds since 1970); returns how many.

    The newest `keep` stay, and what a branch or a tag names. Raises CommitFailedException when
    other commits go through in between again and again; nothing is changed then.
    """

    def attempt() -> int:
        table.refresh()
        expired = _expired(table, older_than, keep)
        if expired:
            table.maintenance.expire_snapshots().by_ids(expired).commit()
        return len(expired)

    return committed(attempt)


def _expired(table: Table, older_than: float, keep: int) -> list[int]:
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    by_age = sorted(table.metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0)
    return [
        snapshot.snapshot_id
        for snapshot in by_age[: max(0, len(by_age) - max(keep, 1))]
        if snapshot.timestamp_ms < older_than * 1000 and snapshot.snapshot_id not in named
    ]
