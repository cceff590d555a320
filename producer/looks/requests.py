"""Look requests: whom to look at next, who is in flight, and who has to come again."""

from collections.abc import Container
from itertools import compress
from typing import NamedTuple

import numpy as np

from producer.looks.queues import Queues
from producer.looks.settle import Due, Settle
from producer.looks.sweep import Sweep
from producer.looks.table import NEVER, UNQUEUED, Slots, Table
from producer.reddit.batch import LIVE_CODE
from producer.reddit.limits import INFO_IDS

AGAIN_SECONDS = 60.0  # others have their turn before what failed
UNREADABLE_SECONDS = 3600.0  # what came in a form that cannot be read will hardly be better soon


class Asked(NamedTuple):
    """The rows of one request; `dues` are the guaranteed looks among them."""

    slots: Slots
    ids: tuple[str, ...]
    dues: tuple[Due, ...] = ()


class LookRequests:
    """Chooses the rows of each request. `in_flight` is how many rows are asked for just now.

    A simulation may raise `ids_per_look` and let one look by value stand for several requests.
    """

    def __init__(self, table: Table, queues: Queues, settle: Settle, sweep: Sweep) -> None:
        self._table = table
        self._queues = queues
        self._settle = settle
        self._sweep = sweep
        self._later: list[tuple[float, Slots]] = []
        self.in_flight = 0
        self.ids_per_look = INFO_IDS

    def ask(self, now: float) -> Asked:
        """Choose the rows whose look is worth most."""
        return self._sent(self._queues.choose(now, self.ids_per_look), ())

    def ask_settle(self, now: float) -> Asked:
        """Choose guaranteed looks and absences to confirm, filled up with the next best."""
        dues = self._settle.choose(now, INFO_IDS)
        return self._asked(np.array([due.slot for due in dues], np.int32), tuple(dues), now)

    def ask_sweep(self, now: float) -> Asked:
        """Choose the swept rows unseen for longest, filled up with the next best."""
        return self._asked(self._sweep.choose(now, INFO_IDS), (), now)

    def due_at(self, now: float) -> float:
        """Return when a request is full of rows that may be looked at again."""
        self._come_back(now)
        return self._queues.ready_at(min(self.ids_per_look, self._followed(now)))

    def settle_due_at(self, now: float) -> float:
        """Return when a guaranteed look is due, or an absence to be confirmed."""
        return self._settle.due_at(now, lambda count: self._filled_at(count, now), INFO_IDS)

    def sweep_due_at(self, now: float) -> float:
        """Return when the next hundred swept rows are due."""
        self._come_back(now)
        return self._sweep.due_at()

    def late_since(self) -> float:
        """Return since when the most overdue guaranteed look is late; inf: none is."""
        return self._settle.late_since()

    def answered(self, asked: Asked, unreadable: Container[str], now: float) -> tuple[str, ...]:
        """Return the ids asked for that the answer lacked, after `see` took in what it held.

        `unreadable`: ids that it held in a form that could not be read; they are no misses.
        """
        in_flight = self._table.in_flight[asked.slots]
        if not in_flight.any():
            return ()
        left = list(compress(asked.ids, in_flight.tolist()))
        bad = self._table.slots([fullname for fullname in left if fullname in unreadable])
        if len(bad):
            self.landed(bad)
            self._later.append((now + UNREADABLE_SECONDS, bad))
        return tuple(fullname for fullname in left if fullname not in unreadable)

    def failed(self, asked: Asked, now: float) -> None:
        """Take in that a request was not answered: its rows have their turn a little later."""
        left = self._table.in_flight[asked.slots]
        slots = asked.slots[left]
        self.landed(slots)
        self._later.append((now + AGAIN_SECONDS, slots))
        waiting = set(slots.tolist())
        self._settle.put_back([due for due in asked.dues if due.slot in waiting], now)

    def landed(self, slots: Slots) -> None:
        """Take in that these rows are in flight no more."""
        self.in_flight -= int(np.count_nonzero(self._table.in_flight[slots]))
        self._table.in_flight[slots] = False

    def withdraw(self, slots: Slots) -> None:
        """Take rows out of whatever order they wait in."""
        swept = self._table.swept[slots]
        self._sweep.withdraw(slots[swept])
        self._queues.withdraw(slots[~swept])

    def _asked(self, slots: Slots, dues: tuple[Due, ...], now: float) -> Asked:
        self.withdraw(slots)
        self._table.in_flight[slots] = True
        if len(slots) < INFO_IDS and (dues or self._table.swept[slots].any()):
            slots = np.concatenate((slots, self._queues.choose(now, INFO_IDS - len(slots))))
        return self._sent(slots, dues)

    def _sent(self, slots: Slots, dues: tuple[Due, ...]) -> Asked:
        self._table.in_flight[slots] = True
        self.in_flight += len(slots)
        return Asked(slots, tuple(self._table.names(slots.tolist())), dues)

    def _come_back(self, now: float) -> None:
        due = [slots for at, slots in self._later if at <= now]
        if not due:
            return
        self._later = [(at, slots) for at, slots in self._later if at > now]
        table = self._table
        slots = np.unique(np.concatenate(due))
        there = np.array([table.ids[slot] is not None for slot in slots.tolist()], np.bool_)
        unsure = (table.missed_at[slots] != NEVER) & (table.state[slots] == LIVE_CODE)
        idle = there & ~unsure & ~table.in_flight[slots] & (table.ticket[slots] == UNQUEUED)
        self._sweep.put_back(slots[idle & table.swept[slots]])
        slots = slots[idle & ~table.swept[slots]]
        self._queues.put_back(slots[table.looked_at[slots].argsort(kind="stable")])

    def _followed(self, now: float) -> int:
        """Return how many rows wait for a look by value, or will within a minute."""
        soon = sum(len(slots) for at, slots in self._later if at <= now + AGAIN_SECONDS)
        return self._queues.waiting + self.in_flight + soon

    def _filled_at(self, count: int, now: float) -> float:
        count = min(count, self._followed(now))
        return self._queues.ready_at(count) if count else now
