"""Orphans: removes the files in a table's folder that none of its snapshots needs any more.

They are what expired snapshots leave behind, and what a writer that was killed had written. The
age limit spares the files of a writer in flight, which no snapshot names yet: it must be longer
than any commit takes from its first file on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wsb_lake.chores import HOUR_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.table import Table

    from wsb_lake.tables.file_io import LakeFileIO, StoredFile

# A writer's files are named by a commit within its time-out, a quarter of an hour; one whose lock
# was lost may still be at it.
ORPHAN_SECONDS = 2 * HOUR_SECONDS


def remove_orphans(table: Table, older_than_seconds: float, now: float) -> int:
    """Delete files (data, deletes, manifests, metadata) that nothing names; returns how many.

    Only those last modified `older_than_seconds` or more before `now` (seconds since 1970, by the
    clock that stamps the files). Raises before anything is deleted if a named file cannot be read.
    """
    orphans = [
        file.location
        for file in unneeded_files(table)
        if now - file.modified_at >= older_than_seconds
    ]
    cast("LakeFileIO", table.io).delete_all(orphans)
    return len(orphans)


def unneeded_files(table: Table) -> list[StoredFile]:
    """Return the files in the table's folder that nothing names, those of writers in flight too."""
    # Listed first: what is committed after this is named by the metadata read below, or newer.
    stored = list(cast("LakeFileIO", table.io).listed(table.location()))
    table.refresh()
    needed = set(needed_files(table))
    return [file for file in stored if file.location not in needed]


def needed_files(table: Table) -> Iterator[str]:
    """Yield the location of every file that a snapshot, or a slow reader, may need."""
    metadata = table.metadata
    yield table.metadata_location
    yield from (entry.metadata_file for entry in metadata.metadata_log)  # slow readers'
    yield from (file.statistics_path for file in metadata.statistics)
    yield from (file.statistics_path for file in metadata.partition_statistics)
    seen = set()
    for snapshot in metadata.snapshots:
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                yield entry.data_file.file_path
