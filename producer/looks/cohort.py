"""Cohort: up to 100 ids born together, looked at by one request, stored as one item.

Kept as columns, a peak day has more than a million rows; what is None in a row is a number of
its own in an array.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from typing import Any, Self

from producer.looks.known import Known
from producer.reddit.limits import INFO_IDS
from producer.reddit.tombstones import DELETED

COHORT_IDS = INFO_IDS  # one request looks at all of it
ARRAYS = {  # the fields that are no lists
    "created_at": "d",
    "score": "l",
    "peak": "l",
    "emitted": "l",
    "looked_at": "d",
    "text_crc": "L",
    "edited_at": "d",
    "missed_at": "d",
}
NONE = {"d": 0.0, "l": -(2**31)}  # stands for None in an array
NEVER = float("inf")


class Cohort:
    """Rows of `Known`, and when they are looked at; `bucket` says which births it takes.

    `looks_done` counts the fixed ages that are behind it, `looked_at` is its last request,
    `seen_at` the last answer that held one of its ids, `retry_at` when it may be asked for again
    after a failure. A cohort is `dirty` when a crash would cost more than an early look: a new
    row, a peak, something sent, a fixed look done.
    """

    def __init__(self, name: str, bucket: tuple[int, int]) -> None:
        self.name = name
        self.bucket = bucket
        self.looks_done = 0
        self.looked_at = 0.0
        self.seen_at = 0.0
        self.retry_at = 0.0
        self.newest_at = 0.0
        self.dirty = False
        columns = {field: _column(field) for field in Known._fields}
        self.ids = columns["id"]
        self._states = columns["state"]
        self._columns = [(each, NONE.get(ARRAYS.get(field, ""))) for field, each in columns.items()]

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, place: int) -> Known:
        """Return one row."""
        return Known._make(
            [None if (value := each[place]) == none else value for each, none in self._columns]
        )

    def rows(self) -> Iterator[Known]:
        """Iterate over all rows."""
        return (self.row(place) for place in range(len(self)))

    def append(self, known: Known) -> int:
        """Add a row; returns its place."""
        for (column, none), value in zip(self._columns, known, strict=True):
            column.append(none if value is None else value)
        self.newest_at = max(self.newest_at, known.created_at)
        return len(self) - 1

    def update(self, place: int, known: Known) -> None:
        """Overwrite a row with what a look changed of it."""
        for (column, none), value in zip(self._columns, known, strict=True):
            column[place] = none if value is None else value

    def live_ids(self) -> list[str]:
        """Return the ids worth a request: all but those deleted for good."""
        pairs = zip(self.ids, self._states, strict=True)
        return [fullname for fullname, state in pairs if state != DELETED]

    def due_at(self, ages: Sequence[float]) -> float:
        """Return when its next fixed-age look is due: its newest row has that age."""
        return self.newest_at + ages[self.looks_done] if self.looks_done < len(ages) else NEVER

    def pass_ages(self, ages: Sequence[float], now: float) -> int:
        """Count the fixed ages behind it; returns how many were passed just now."""
        done = max(self.looks_done, bisect_right(ages, now - self.newest_at))
        passed = done - self.looks_done
        self.looks_done = done
        return passed

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {
            "name": self.name,
            "bucket": list(self.bucket),
            "looks_done": self.looks_done,
            "looked_at": self.looked_at,
            "seen_at": self.seen_at,
            "rows": [list(known) for known in self.rows()],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        width, number = values["bucket"]
        cohort = cls(values["name"], (width, number))
        for row in values["rows"]:
            cohort.append(Known._make(row))
        cohort.looks_done = values["looks_done"]
        cohort.looked_at = values["looked_at"]
        cohort.seen_at = values["seen_at"]
        return cohort


def _column(field: str) -> MutableSequence[Any]:
    return array(ARRAYS[field]) if field in ARRAYS else []
