"""Batch: some landed objects on their way into the tables, and what became of their lines."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wsb_lake.job.landing import LandedObject, Landing
from wsb_lake.job.lines import BrokenObjectError, lines_of
from wsb_lake.job.parsing import TIMESTAMP, parse
from wsb_lake.job.rejects import Rejects
from wsb_lake.tables.specs import OBSERVATION_TABLES


@dataclass(frozen=True, slots=True)
class LandedBatch:
    """The valid observations of some objects by table; `read` counts lines, valid or not."""

    objects: tuple[LandedObject, ...]
    tables: Mapping[str, pa.Table]
    read: int
    rejected: int

    @property
    def valid(self) -> int:
        """Return how many lines are valid observations, duplicates included."""
        return sum(len(table) for table in self.tables.values())


def read_batch(landing: Landing, rejects: Rejects, objects: Sequence[LandedObject]) -> LandedBatch:
    """Read the objects; lines that are no observation are set aside before this returns."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in OBSERVATION_TABLES.values()}
    read = rejected = 0
    for landed, data in landing.read(objects):
        try:
            lines = lines_of(data)
        except BrokenObjectError:
            rejects.put_object(landed, data, "bad_gzip")
            read, rejected = read + 1, rejected + 1
            continue
        parsed = parse(lines)
        rejects.put_lines(landed, parsed.rejects)
        read += len(lines)
        rejected += len(parsed.rejects)
        for name, table in parsed.tables.items():
            parts[name].append(table)
    tables = {name: pa.concat_tables(part) for name, part in parts.items() if part}
    return LandedBatch(tuple(objects), tables, read, rejected)


def commits_row(batch: LandedBatch, appended: Mapping[str, int]) -> dict[str, Any]:
    """Return the batch's row of the commits table, all but `landed_at`."""
    keys = sorted(landed.key for landed in batch.objects)
    looks = pa.chunked_array(
        [chunk for table in batch.tables.values() for chunk in table["observed_at"].chunks],
        type=TIMESTAMP,
    )
    span = pc.min_max(looks).as_py()
    return {
        "objects": len(keys),
        "objects_sha256": hashlib.sha256("\n".join(keys).encode()).hexdigest(),
        "first_object": keys[0],
        "last_object": keys[-1],
        "bytes": sum(landed.size_bytes for landed in batch.objects),
        "read": batch.read,
        **appended,
        "duplicates_dropped": batch.valid - sum(appended.values()),
        "rejected": batch.rejected,
        "oldest_observed_at": span["min"],
        "newest_observed_at": span["max"],
    }
