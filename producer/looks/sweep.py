"""Sweep: what the lake keeps is seen at least once a day, so that deletions are found.

Behind its last fixed age a post, or a comment that reached the threshold, is swept as long as the
lake retains it. Rows wait in the order of their last look, a hundred a request, and a restart finds
them in that order again: their last look is what a checkpoint keeps of them.
"""

import numpy as np

from producer.looks.bands import LEAST_SECONDS
from producer.looks.fifo import Fifo
from producer.looks.queues import Tickets
from producer.looks.table import UNQUEUED, Slots, Table
from producer.reddit.batch import ABSENT_CODE, DELETED_CODE
from producer.reddit.limits import INFO_IDS

DAY_SECONDS = 86_400.0
SWEEP_SECONDS = 22 * 3600.0  # from look to look; the rest of the day is for what gets in between
# when it catches up: others need requests too
PACE = 4.0  # times its usual rate, or a request a minute
LEAST_PACE_SECONDS = 60.0
MINUTES_PER_DAY = 1440.0


def sweep_requests_per_minute(kept_per_day: float, retention_days: float) -> float:
    """Return what sweeping costs once the lake is full."""
    rows = kept_per_day * retention_days
    return rows / INFO_IDS * (DAY_SECONDS / SWEEP_SECONDS) / MINUTES_PER_DAY


class Sweep:
    """The swept rows, the longest unseen first."""

    def __init__(self, table: Table, tickets: Tickets, retention_days: float) -> None:
        self._table = table
        self._tickets = tickets
        self._retention = retention_days * DAY_SECONDS
        self._fifo = Fifo()
        self._asked_at = 0.0
        self.waiting = 0

    def deal(self, slots: Slots) -> Slots:
        """Put rows, just seen or just come, at the end; returns those that have no place here.

        These are gone for good, or so old that the lake has forgotten them.
        """
        table = self._table
        state = table.state[slots]
        out = (state == DELETED_CODE) | (state == ABSENT_CODE)
        out |= table.created_at[slots] + self._retention <= table.looked_at[slots]
        staying = slots[~out]
        self.withdraw(slots)
        tickets = self._tickets.draw(len(staying))
        table.ticket[staying] = tickets
        table.swept[staying] = True
        self._fifo.push(staying, tickets, table.ticket)
        self.waiting += len(staying)
        gone: Slots = slots[out]
        return gone

    def put_back(self, slots: Slots) -> None:
        """Put rows at the head again: a request for them failed."""
        self.withdraw(slots)
        tickets = self._tickets.draw(len(slots))
        self._table.ticket[slots] = tickets
        self._fifo.put_back(slots, tickets, self._table.ticket)
        self.waiting += len(slots)

    def withdraw(self, slots: Slots) -> None:
        """Take rows out of the order."""
        mine = slots[self._table.swept[slots]]
        self.waiting -= int(np.count_nonzero(self._table.ticket[mine]))
        self._table.ticket[mine] = UNQUEUED

    def due_at(self) -> float:
        """Return when to ask for the next hundred."""
        head = self._fifo.head(self._table.ticket, 1)
        if not len(head):
            return float("inf")
        unseen_since = float(self._table.looked_at[head[0]])
        pace_seconds = SWEEP_SECONDS * INFO_IDS / self.waiting / PACE
        paced_at = self._asked_at + min(pace_seconds, LEAST_PACE_SECONDS)
        return max(unseen_since + SWEEP_SECONDS, paced_at)

    def choose(self, now: float, most: int) -> Slots:
        """Take out the rows that were not seen for longest."""
        self._asked_at = now
        slots = self._fifo.head(self._table.ticket, most)
        slots = slots[now - self._table.looked_at[slots] >= LEAST_SECONDS]
        self.withdraw(slots)
        return slots

    def oldest_seconds(self, now: float) -> float:
        """Return how long ago the longest unseen row was seen."""
        head = self._fifo.head(self._table.ticket, 1)
        return max(0.0, now - float(self._table.looked_at[head[0]])) if len(head) else 0.0
