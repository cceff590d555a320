"""Residues: copies outside the tables that may hold what is forgotten meanwhile; they go by age.

S3's lifecycle rules are only the net below: they count in whole days and act when they like. What
landed and is not committed is never removed, however old: it is told (`landing_waits`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from wsb_lake.chores import HOUR_SECONDS
from wsb_lake.events import ErrorOutputFound
from wsb_lake.settings import (
    ATHENA_PREFIX,
    DEAD_LETTERS_PREFIX,
    ERRORS_PREFIX,
    REJECTS_PREFIX,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wsb_lake.chores import Work
    from wsb_lake.settings import LakeSettings
    from wsb_lake.tables.file_io import LakeFileIO, StoredFile

# A query's result can hold a row until the purge that takes it, 31.25 hours after its deletion on
# Reddit (docs/forgetting.md); with this, and until the next removal, that makes 44.5.
ATHENA_RETENTION_HOURS = 12
# what `redrive` leaves of an object keeps the time of the whole in its name
_REST = re.compile(r"\.rest-(\d+)(?:\.gz)?$")


def remove_residues(work: Work) -> tuple[Mapping[str, int], bool]:
    """Delete dead letters, rejects, error output and query results that are old enough.

    Returns how many objects by kind, and True: it always comes to its end.
    """
    settings, now = work.settings, work.clock.now()
    files = cast("LakeFileIO", next(iter(work.tables.values())).io)
    counts = {}
    for kind, (prefix, hours) in retention(settings.residue_retention_hours).items():
        found = list(files.listed(folder(settings, prefix)))
        old = [f.location for f in found if now - written_at(f) >= hours * HOUR_SECONDS]
        files.delete_all(old)
        counts[kind] = len(old)
        work.renew()
        if kind == "error_output" and found:
            work.log.emit(ErrorOutputFound(objects=len(found)))
    return counts, True


def retention(hours: float) -> dict[str, tuple[str, float]]:
    """Return for each kind of residue its prefix and how many hours it may stay."""
    return {
        "dead_letters": (DEAD_LETTERS_PREFIX, hours),
        "rejects": (REJECTS_PREFIX, hours),
        "error_output": (ERRORS_PREFIX, hours),
        "query_results": (ATHENA_PREFIX, min(hours, ATHENA_RETENTION_HOURS)),
    }


def folder(settings: LakeSettings, prefix: str) -> str:
    """Return a prefix of the lake's bucket as a location."""
    return f"s3://{settings.bucket}/{prefix}"


def written_at(file: StoredFile) -> float:
    """Return when what the object holds was set aside, seconds since 1970."""
    rest = _REST.search(file.location)
    return float(rest[1]) if rest else file.modified_at


def rest_name(file: StoredFile) -> str:
    """Return the location for what is left of an object, which keeps its age."""
    base = _REST.sub("", file.location).removesuffix(".gz")
    return f"{base}.rest-{int(written_at(file))}.gz"
