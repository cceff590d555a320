"""Cohort: up to 100 ids born together, looked at by one request, stored as one item.

Kept as columns, a peak day has more than a million rows; what is None in a row is a number of
its own in an integer column and 0 in a column of instants.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from producer.looks.known import Known
from producer.reddit.limits import INFO_IDS
from producer.reddit.tombstones import DELETED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COHORT_IDS = INFO_IDS  # one request looks at all of it
UNKNOWN = -(2**31)
NEVER = float("inf")


class Cohort:
    """Rows of `Known`, and when they are looked at; `bucket` says which births it takes.

    `looks_done` counts the fixed ages that are behind it, `looked_at` is its last request,
    `seen_at` the last answer that held one of its ids, `retry_at` when it may be asked for again
    after a failure. A cohort is `dirty` when a crash would cost more than an early look: a new
    row, a peak, something sent, a fixed look done.
    """

    def __init__(self, name: str, bucket: tuple[int, int]) -> None:
        """Make an empty cohort; `bucket` says which births it takes."""
        self.name = name
        self.bucket = bucket
        self.looks_done = 0
        self.looked_at = 0.0
        self.seen_at = 0.0
        self.retry_at = 0.0
        self.newest_at = 0.0
        self.dirty = False
        self.ids: list[str] = []
        self._posts: list[str | None] = []
        self._parents: list[str | None] = []
        self._states: list[str] = []
        self._created = array("d")
        self._looked = array("d")
        self._edited = array("d")
        self._missed = array("d")
        self._scores = array("l")
        self._peaks = array("l")
        self._emitted = array("l")
        self._crcs = array("L")

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, place: int) -> Known:
        """Return one row."""
        return Known(
            id=self.ids[place],
            created_at=self._created[place],
            post_id=self._posts[place],
            parent_id=self._parents[place],
            score=_optional(self._scores[place]),
            peak=_optional(self._peaks[place]),
            emitted=_optional(self._emitted[place]),
            looked_at=self._looked[place],
            state=self._states[place],
            text_crc=self._crcs[place],
            edited_at=self._edited[place] or None,
            missed_at=self._missed[place] or None,
        )

    def rows(self) -> Iterator[Known]:
        """Iterate over all rows."""
        return (self.row(place) for place in range(len(self)))

    def append(self, known: Known) -> int:
        """Add a row; returns its place."""
        self.ids.append(known.id)
        self._created.append(known.created_at)
        self._posts.append(known.post_id)
        self._parents.append(known.parent_id)
        for column in (self._scores, self._peaks, self._emitted):
            column.append(UNKNOWN)
        for instants in (self._looked, self._edited, self._missed):
            instants.append(0.0)
        self._states.append(known.state)
        self._crcs.append(0)
        self.newest_at = max(self.newest_at, known.created_at)
        self.update(len(self) - 1, known)
        return len(self) - 1

    def update(self, place: int, known: Known) -> None:
        """Overwrite what looks change in a row."""
        self._scores[place] = _number(known.score)
        self._peaks[place] = _number(known.peak)
        self._emitted[place] = _number(known.emitted)
        self._looked[place] = known.looked_at
        self._states[place] = known.state
        self._crcs[place] = known.text_crc
        self._edited[place] = known.edited_at or 0.0
        self._missed[place] = known.missed_at or 0.0

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
    def from_dict(cls, values: Mapping[str, Any]) -> Cohort:
        """Return what `to_dict` wrote."""
        width, number = values["bucket"]
        cohort = cls(values["name"], (width, number))
        for row in values["rows"]:
            cohort.append(Known._make(row))
        cohort.looks_done = values["looks_done"]
        cohort.looked_at = values["looked_at"]
        cohort.seen_at = values["seen_at"]
        return cohort


def _optional(number: int) -> int | None:
    return None if number == UNKNOWN else number


def _number(score: int | None) -> int:
    return UNKNOWN if score is None else score
