"""Fifo: slots that wait, in the order of their last look."""

import numpy as np
from numpy.typing import NDArray

from producer.looks.table import Slots

FIRST_PLACES = 64
GROWTH = 1.5
MOST_HOLES = 16  # to each entry that counts

Tickets = NDArray[np.int64]


class Fifo:
    """Entries of (slot, ticket). An entry counts while its row still has that ticket.

    Whoever takes a row away from here, or deals it again, gives it another ticket; what it leaves
    behind is skipped, and swept out when the array is full.
    """

    __slots__ = ("_slots", "_tickets", "end", "start")

    def __init__(self) -> None:
        self._slots: Slots = np.empty(FIRST_PLACES, np.int32)
        self._tickets: Tickets = np.empty(FIRST_PLACES, np.int64)
        self.start = 0
        self.end = 0

    def push(self, slots: Slots, tickets: Tickets, ticket_of: Tickets) -> None:
        """Append entries; `ticket_of` is the table's column."""
        end = self.end + len(slots)
        if end > len(self._slots):
            self._make_room(len(slots), ticket_of)
            end = self.end + len(slots)
        self._slots[self.end : end] = slots
        self._tickets[self.end : end] = tickets
        self.end = end

    def put_back(self, slots: Slots, tickets: Tickets, ticket_of: Tickets) -> None:
        """Put entries before all others, by copying: only failures need it."""
        waiting = self._waiting(ticket_of)
        self._fill(np.concatenate((slots, waiting[0])), np.concatenate((tickets, waiting[1])))

    def head(self, ticket_of: Tickets, most: int) -> Slots:
        """Return the first slots that count, up to `most`, and forget what comes before them."""
        span = max(most, FIRST_PLACES)
        while self.start < self.end:
            stop = min(self.end, self.start + span)
            slots = self._slots[self.start : stop]
            counts = ticket_of[slots] == self._tickets[self.start : stop]
            first = int(counts.argmax())
            if not counts[first]:
                self.start = stop
                continue
            found = slots[counts]
            if len(found) >= most or stop == self.end:
                self.start += first
                head: Slots = found[:most]
                return head
            if span > MOST_HOLES * max(most, FIRST_PLACES):
                self._make_room(0, ticket_of)
            span *= 2
        self.start = self.end = 0
        return self._slots[:0]

    def _waiting(self, ticket_of: Tickets) -> tuple[Slots, Tickets]:
        slots = self._slots[self.start : self.end]
        tickets = self._tickets[self.start : self.end]
        counts = ticket_of[slots] == tickets
        return slots[counts], tickets[counts]

    def _make_room(self, more: int, ticket_of: Tickets) -> None:
        self._fill(*self._waiting(ticket_of), more)

    def _fill(self, slots: Slots, tickets: Tickets, more: int = 0) -> None:
        size = max(FIRST_PLACES, int((len(slots) + more) * GROWTH))
        self._slots = np.empty(size, np.int32)
        self._tickets = np.empty(size, np.int64)
        self._slots[: len(slots)] = slots
        self._tickets[: len(slots)] = tickets
        self.start, self.end = 0, len(slots)
