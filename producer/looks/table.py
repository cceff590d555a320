"""Table: what the producer remembers of every id it follows, as columns.

At the peak of 2021 two days of comments are 2.3 million rows, so a row is 64 bytes of one array
and three references to strings, shared where possible. A column is a view of that array.
"""

import sys
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producer.looks.known import Known
from producer.reddit.batch import STATE_NAMES, UNKNOWN

NEVER = 0.0  # an instant that has not come: edited_at, missed_at
UNSENT = -1.0  # edited_at of a row whose text was not sent: any other differs
NO_SLOT = -1
NOWHERE = -1  # home of a row that no cohort holds
UNQUEUED = 0  # ticket of a row that waits in no queue
FIRST_SLOTS = 1024
GROWTH = 1.125  # of what is there: more would be memory that nobody uses

Slots = NDArray[np.int32]
Rows = NDArray[np.void]
ROW = np.dtype(
    [
        ("created_at", np.float64),
        ("looked_at", np.float64),
        ("edited_at", np.float64),
        ("missed_at", np.float64),
        ("ticket", np.int64),
        ("score", np.int32),
        ("peak", np.int32),
        ("emitted", np.int32),
        ("home", np.int32),
        ("text_crc", np.uint32),
        ("state", np.uint8),
        ("is_post", np.bool_),
        ("swept", np.bool_),
        ("in_flight", np.bool_),
    ]
)  # 64 bytes, a line of the processor's cache: rows are visited in no order
EMPTY_ROW = np.zeros(1, ROW)
for _name in ("score", "peak", "emitted"):
    EMPTY_ROW[_name] = UNKNOWN
EMPTY_ROW["home"] = NOWHERE
LINE = np.dtype(f"V{ROW.itemsize}")
EMPTY_LINE = EMPTY_ROW.view(LINE)[0]


class Table:
    """Rows by slot; `slot_of` finds an id's slot. A freed slot is used again.

    Hold no column: the array moves when it grows.

    `score` is the last known one, `peak` the highest ever known, `emitted` the one last sent: all
    UNKNOWN until one was shown. `looked_at` is the last answer that held the id, `missed_at` when
    answers began to lack it. Posts have no `posts` and `parents`. `swept`: past its last fixed age,
    looked at for deletions only. `in_flight`: asked for and not yet answered. `home` is the cohort
    that keeps the row, `ticket` its place in a queue: both belong to Cohorts and Queues.
    """

    def __init__(self) -> None:
        self.slot_of: dict[str, int] = {}
        self.ids: list[str | None] = []
        self.posts: list[str | None] = []
        self.parents: list[str | None] = []
        self._take(np.repeat(EMPTY_ROW, FIRST_SLOTS))
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self.slot_of)

    def __contains__(self, fullname: str) -> bool:
        return fullname in self.slot_of

    def slots(self, ids: Sequence[str]) -> Slots:
        """Return the slots of ids, NO_SLOT for those not there."""
        return np.fromiter(map(self.slot_of.get, ids, repeat(NO_SLOT)), np.int32, len(ids))

    def add(
        self, ids: Sequence[str], posts: Sequence[str | None], parents: Sequence[str | None]
    ) -> Slots:
        """Make rows for ids that are not there, all columns unset; returns their slots."""
        places = self._free_slots(len(ids))
        for slot, fullname, post, parent in zip(places, ids, posts, parents, strict=True):
            self.slot_of[fullname] = slot
            self.ids[slot] = fullname
            self.posts[slot] = self._shared(post)
            self.parents[slot] = self._shared(parent)
        slots = np.array(places, np.int32)
        self._lines[slots] = EMPTY_LINE
        self.is_post[slots] = [post is None for post in posts]
        return slots

    def read(self, slots: Slots) -> Rows:
        """Return a copy of rows, ten times as fast as `rows[slots]`: whole, not by field."""
        return self.rows.take(slots)

    def write(self, slots: Slots, rows: Rows) -> None:
        """Put such a copy back."""
        self._lines[slots] = rows.view(LINE)

    def remove(self, slots: Slots) -> None:
        """Free these rows."""
        for slot in slots.tolist():
            fullname = self.ids[slot]
            if fullname is None:
                raise ValueError(f"slot {slot} is free already")
            del self.slot_of[fullname]
            self.ids[slot] = self.posts[slot] = self.parents[slot] = None
            self._free.append(slot)

    def names(self, slots: Iterable[int]) -> list[str]:
        """Return the ids of rows."""
        return [fullname for slot in slots if (fullname := self.ids[slot]) is not None]

    def all_slots(self) -> Slots:
        """Return the slots of all rows."""
        return np.fromiter(self.slot_of.values(), np.int32, len(self.slot_of))

    def row(self, slot: int) -> Known:
        """Return one row as plain values."""
        fullname = self.ids[slot]
        if fullname is None:
            raise ValueError(f"slot {slot} is free")
        return Known(
            id=fullname,
            created_at=float(self.created_at[slot]),
            post_id=self.posts[slot],
            parent_id=self.parents[slot],
            score=_known(self.score[slot]),
            peak=_known(self.peak[slot]),
            emitted=_known(self.emitted[slot]),
            looked_at=float(self.looked_at[slot]),
            state=STATE_NAMES[self.state[slot]],
            text_crc=int(self.text_crc[slot]),
            edited_at=float(self.edited_at[slot]) or None,
            missed_at=float(self.missed_at[slot]) or None,
        )

    def get(self, fullname: str) -> Known | None:
        """Return what is known of an id."""
        slot = self.slot_of.get(fullname)
        return None if slot is None else self.row(slot)

    def _free_slots(self, count: int) -> list[int]:
        """Take so many free slots, or make them."""
        used = max(0, len(self._free) - count)
        places = self._free[used:]
        del self._free[used:]
        first = len(self.ids)
        more = count - len(places)
        if first + more > len(self.rows):
            self._grow(first + more)
        for names in (self.ids, self.posts, self.parents):
            names.extend(repeat(None, more))
        return [*places, *range(first, first + more)]

    def _grow(self, least: int) -> None:
        rows = np.empty(max(least, int(len(self.rows) * GROWTH)), ROW)
        rows[: len(self.rows)] = self.rows
        self._take(rows)

    def _take(self, rows: Rows) -> None:
        self.rows = rows
        self._lines = rows.view(LINE)
        self.created_at: NDArray[np.float64] = rows["created_at"]
        self.looked_at: NDArray[np.float64] = rows["looked_at"]
        self.edited_at: NDArray[np.float64] = rows["edited_at"]
        self.missed_at: NDArray[np.float64] = rows["missed_at"]
        self.ticket: NDArray[np.int64] = rows["ticket"]
        self.score: NDArray[np.int32] = rows["score"]
        self.peak: NDArray[np.int32] = rows["peak"]
        self.emitted: NDArray[np.int32] = rows["emitted"]
        self.home: NDArray[np.int32] = rows["home"]
        self.text_crc: NDArray[np.uint32] = rows["text_crc"]
        self.state: NDArray[np.uint8] = rows["state"]
        self.is_post: NDArray[np.bool_] = rows["is_post"]
        self.swept: NDArray[np.bool_] = rows["swept"]
        self.in_flight: NDArray[np.bool_] = rows["in_flight"]

    def _shared(self, fullname: str | None) -> str | None:
        """Return an equal string that is held anyway: a followed id, or one for all comments."""
        if fullname is None:
            return None
        slot = self.slot_of.get(fullname)
        return sys.intern(fullname) if slot is None else self.ids[slot]


def _known(score: Any) -> int | None:  # noqa: ANN401 - a number of an array
    return None if score == UNKNOWN else int(score)
