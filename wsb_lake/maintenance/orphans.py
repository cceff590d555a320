"""Orphans: removes the files in a table's folder that none of its snapshots needs any more.

They are what expired snapshots leave behind, and what a writer that was killed had written. The
age limit spares the files of a writer in flight, which no snapshot names yet: it must be longer
than any commit takes from its first file on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.table import Table

    from wsb_lake.tables.file_io import LakeFileIO


def remove_orphans(table: Table, older_than_seconds: float, now: float) -> int:
    """Delete files (data, deletes, manifests, metadata) that nothing names; returns how many.

    Only those last modified `older_than_seconds` or more before `now` (seconds since 1970, by the
    clock that stamps the files). Raises before anything is deleted if a named file cannot be read.
    """
    files = cast("LakeFileIO", table.io)
    # Listed first: what is committed after this is named by the metadata read below, or newer.
    stored = list(files.listed(table.location()))
    table.refresh()
    needed = set(_needed(table))
    orphans = [
        file.location
        for file in stored
        if file.location not in needed and now - file.modified_at >= older_than_seconds
    ]
    files.delete_all(orphans)
    return len(orphans)


def _needed(table: Table) -> Iterator[str]:
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
