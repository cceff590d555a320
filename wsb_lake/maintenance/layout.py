"""Layout: which files of a table lie in which partition, and which partitions need compaction."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsb_lake.maintenance.compaction import FILE_BYTES, RUNS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table

DAY_SECONDS = 86_400
SETTLED_AFTER_SECONDS = 48 * 3600  # after a created day's end: the last guaranteed look is at 36 h
SMALL_FILES_MAX = 8  # of a partition that is still growing: each costs a reader some requests
SMALL_FILE_BYTES = 8 * 1024 * 1024
# Of a settled day's bytes, in all its files but the largest: less does not pay for rewriting that
# one too. A few files so small are left as they are.
LATE_SHARE = 0.05
LATE_FILES_MAX = 2


@dataclass(frozen=True, slots=True)
class Partition:
    """The data files of one created day, days since 1970; None: of a table without partitions."""

    day: int | None
    files: tuple[DataFile, ...]

    def settles_at(self) -> float:
        """Return the instant from which it is settled; never without partitions."""
        if self.day is None:
            return math.inf
        return (self.day + 1) * DAY_SECONDS + SETTLED_AFTER_SECONDS

    def to_compact(self, now: float) -> tuple[DataFile, ...]:
        """Return the files to rewrite at this moment, smallest first, or none.

        Before it is settled: the small ones, if they are many. After that all that are not full
        yet; or, if little came late, only that, once it is in more than LATE_FILES_MAX files. At
        most RUNS_MAX: the rest comes next.
        """
        by_size = sorted(self.files, key=lambda file: file.file_size_in_bytes)
        if now < self.settles_at():
            chosen = [file for file in by_size if file.file_size_in_bytes < SMALL_FILE_BYTES]
            most = SMALL_FILES_MAX
        else:
            chosen, most = [f for f in by_size if f.file_size_in_bytes < FILE_BYTES], 1
            late = [file for file in chosen if file is not by_size[-1]]
            if _bytes(late) < _bytes(by_size) * LATE_SHARE:
                chosen, most = late, LATE_FILES_MAX
        return tuple(chosen[:RUNS_MAX]) if len(chosen) > most else ()


def _bytes(files: Sequence[DataFile]) -> int:
    return sum(file.file_size_in_bytes for file in files)


def partitions(table: Table) -> list[Partition]:
    """Return the partitions of the table's newest snapshot, those with the most files first.

    A partition with deletes of another writer (merge-on-read) is left out: rewriting its files
    would bring rows back.
    """
    table.refresh()
    found = defaultdict(list)
    deletes = set()
    for task in table.scan().plan_files():
        partition = task.file.partition
        day = partition[0] if len(partition) else None
        found[day].append(task.file)
        if task.delete_files:
            deletes.add(day)
    kept = [Partition(day, tuple(files)) for day, files in found.items() if day not in deletes]
    return sorted(kept, key=lambda each: (-len(each.files), each.day or 0))
