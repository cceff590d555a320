"""Expire: takes old snapshots out of a table's history, so that its metadata stays small.

Rows are never lost: the newest snapshot holds all of them, whatever wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wsb_lake.maintenance.orphans import needed_files
from wsb_lake.tables.commit import committed

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from wsb_lake.tables.file_io import LakeFileIO


def eject_snapshots(table: Table, older_than: float, keep: int = 1) -> tuple[int, int]:
    """Expire snapshots (`expire_snapshots`) and delete the files that only they named.

    Those were committed and are no longer named: no writer in flight can need them. Killed in
    between, they are orphans. Returns how many snapshots, and how many files.
    """
    table.refresh()
    if not _expired(table, older_than, keep):
        return 0, 0
    before = set(needed_files(table))
    snapshots = expire_snapshots(table, older_than, keep)
    table.refresh()
    files = sorted(before - set(needed_files(table)))
    cast("LakeFileIO", table.io).delete_all(files)
    return snapshots, len(files)


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
