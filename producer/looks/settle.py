"""Settle: the looks that are never given up, and when a row is done with.

Everything is seen again at 24 and at 36 hours of age, whatever else waits, and what an answer
lacked is asked for again an hour later. An hour after the last age a row is done with: by time, not
by what has been read. Only a last look that could not be made yet puts that off, for as long again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from producer.looks.bands import LEAST_SECONDS
from producer.looks.births import Births
from producer.looks.table import NEVER, Slots, Table
from producer.reddit.batch import ABSENT_CODE, DELETED_CODE, LIVE_CODE
from producer.reddit.tombstones import ABSENCE_SECONDS

GUARANTEED_FROM_SECONDS = 24 * 3600.0
FORGET_SECONDS = 3600.0  # after the last age
DISORDER_SECONDS = 60.0  # so far out of order a listing is at most; who comes later is a straggler
ADVANCE_SECONDS = 2.0  # how often it is looked who has come of age
GATHER_SECONDS = 120.0  # so long a look waits for others to fill its request
LATEST_SECONDS = 600.0
AGAIN_SECONDS = 60.0
LINGER_SECONDS = 600.0


class Due(NamedTuple):
    """A look at a row that must be made.

    For an age, `since` is the instant at which it was reached; to confirm an absence
    (`missing`), the instant of the first answer without the row.
    """

    slot: int
    since: float
    missing: bool


class Settle:
    """The rows whose next guaranteed look has come, the first ones first.

    `ages` are the fixed ages in seconds; those from 24 hours on are guaranteed, and the last one.
    """

    def __init__(self, table: Table, ages: Sequence[float]) -> None:
        self._table = table
        self._last = ages[-1]
        sure = [age for age in ages if age >= GUARANTEED_FROM_SECONDS] or [self._last]
        self._ages = (*sure, self._last + FORGET_SECONDS)
        self._births = Births(table, self._ages)
        self._newest_at = 0.0
        self._waiting: deque[tuple[float, Due]] = deque()
        self._later: list[tuple[float, Due]] = []
        self._stragglers: list[tuple[float, int, int]] = []
        self._done: deque[tuple[float, Slots]] = deque()
        self._advance_at = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, slots: Slots) -> None:
        """Follow rows just seen for the first time."""
        created_at = self._table.created_at[slots]
        late = created_at < self._newest_at - DISORDER_SECONDS
        if late.any():
            for slot, born_at in zip(slots[late].tolist(), created_at[late].tolist(), strict=True):
                heappush(self._stragglers, (born_at + self._ages[0], 0, slot))
            slots, created_at = slots[~late], created_at[~late]
        if len(slots):
            order = created_at.argsort(kind="stable")
            self._births.append(slots[order])
            self._newest_at = max(self._newest_at, float(created_at[order[-1]]))

    def confirm(self, slots: Slots) -> None:
        """Ask for rows that an answer lacked once more, when that can prove their absence."""
        for slot, missed_at in zip(
            slots.tolist(), self._table.missed_at[slots].tolist(), strict=True
        ):
            if missed_at != NEVER:
                heappush(
                    self._later, (missed_at + ABSENCE_SECONDS, Due(slot, missed_at, missing=True))
                )

    def put_back(self, dues: Sequence[Due], now: float) -> None:
        """Ask for these again a little later: their request failed."""
        for due in dues:
            heappush(self._later, (now + AGAIN_SECONDS, due))

    def advance(self, now: float) -> None:
        """Note which rows have reached a guaranteed age, or are done with."""
        for which, age in enumerate(self._ages):
            while len(slots := self._births.reached(which, now)):
                self._reach(which, slots, age)
        while self._stragglers and self._stragglers[0][0] <= now:
            _, which, slot = heappop(self._stragglers)
            self._reach(which, np.array([slot], np.int32), self._ages[which])
            if which + 1 < len(self._ages):
                at = float(self._table.created_at[slot]) + self._ages[which + 1]
                heappush(self._stragglers, (at, which + 1, slot))
        while self._later and self._later[0][0] <= now:
            self._waiting.append(heappop(self._later))

    def due_at(self, now: float, filled_at: Callable[[int], float], most: int) -> float:
        """Return when to ask; `filled_at(n)` is when n other rows can fill up the request."""
        if now >= self._advance_at:
            self.advance(now)
            self._advance_at = now + ADVANCE_SECONDS
        self._skip(now)
        if not self._waiting:
            next_at = min(
                self._later[0][0] if self._later else float("inf"),
                self._stragglers[0][0] if self._stragglers else float("inf"),
                *(self._births.due_at(which) for which in range(len(self._ages) - 1)),
            )
            return max(next_at, self._advance_at)
        if len(self._waiting) >= most:
            return self._waiting[0][0]
        first_at = self._waiting[0][0]
        if now < first_at + GATHER_SECONDS:
            return first_at + GATHER_SECONDS
        return min(filled_at(most - len(self._waiting)), first_at + LATEST_SECONDS)

    def choose(self, now: float, most: int) -> list[Due]:
        """Take out the first rows whose look is still wanted and may be made now."""
        chosen: dict[int, Due] = {}
        put_off: list[Due] = []
        while self._waiting and len(chosen) < most:
            _, due = self._waiting.popleft()
            if not self._is_wanted(due) or due.slot in chosen:
                continue
            if self._is_too_soon(due, now):
                put_off.append(due)
            else:
                chosen[due.slot] = due
        self.put_back(put_off, now)
        return list(chosen.values())

    def late_since(self) -> float:
        """Return since when the first guaranteed look is late; inf: none waits."""
        return self._waiting[0][0] + GATHER_SECONDS if self._waiting else float("inf")

    def done(self, now: float) -> Slots:
        """Return the rows that are done with: whoever takes them forgets or sweeps them.

        A row waits here while a look at it is in flight or its absence is to be confirmed, and,
        for as long as its last age once more, for its last look.
        """
        ended: list[Slots] = []
        table = self._table
        for _ in range(len(self._done)):
            at, slots = self._done[0]
            if at > now:
                break
            self._done.popleft()
            final = (table.state[slots] == DELETED_CODE) | (table.state[slots] == ABSENT_CODE)
            end_at = table.created_at[slots] + self._last
            settled = (table.looked_at[slots] >= end_at) | final | (now >= end_at + self._last)
            unsure = (table.missed_at[slots] != NEVER) & (table.state[slots] == LIVE_CODE)
            unsure &= now < end_at + self._last
            ready = settled & ~unsure & ~table.in_flight[slots]
            ended.append(slots[ready])
            if not ready.all():
                self._done.append((now + LINGER_SECONDS, slots[~ready]))
        return np.concatenate(ended) if ended else np.empty(0, np.int32)

    def _reach(self, which: int, slots: Slots, age: float) -> None:
        if which == len(self._ages) - 1:
            self._done.appendleft((0.0, slots))
            return
        reached_at = self._table.created_at[slots] + age
        wanted = (self._table.looked_at[slots] < reached_at) & (
            self._table.state[slots] != DELETED_CODE
        )
        for slot, at in zip(slots[wanted].tolist(), reached_at[wanted].tolist(), strict=True):
            self._waiting.append((at, Due(slot, at, missing=False)))

    def _skip(self, now: float) -> None:
        """Take the looks that need not or cannot be made now from the head."""
        while self._waiting:
            due = self._waiting[0][1]
            wanted = self._is_wanted(due)
            if wanted and not self._is_too_soon(due, now):
                return
            self._waiting.popleft()
            if wanted:
                self.put_back([due], now)

    def _is_too_soon(self, due: Due, now: float) -> bool:
        """Tell whether an answer just came, or is on its way and may make the look needless."""
        just_seen = now - self._table.looked_at[due.slot] < LEAST_SECONDS
        return bool(self._table.in_flight[due.slot] or just_seen)

    def _is_wanted(self, due: Due) -> bool:
        if self._table.ids[due.slot] is None:
            return False  # done with meanwhile
        missed_at = self._table.missed_at[due.slot]
        if due.missing:
            live = self._table.state[due.slot] == LIVE_CODE
            return bool(live and missed_at == due.since)
        looked_at = self._table.looked_at[due.slot]
        absent = missed_at != NEVER and self._table.state[due.slot] == LIVE_CODE
        deleted = self._table.state[due.slot] == DELETED_CODE
        return bool(looked_at < due.since and not deleted and not absent)
