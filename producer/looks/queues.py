"""Queues: for every band, its rows in the order of their last look; who is worth a look most.

In one band the row that waits longest is worth most, so only the first rows of the best bands are
compared: a choice takes as long among two million rows as among a thousand.
"""

import numpy as np
from numpy.typing import NDArray

from producer.looks.bands import LEAST_SECONDS, NO_BAND, Bands
from producer.looks.crossing import Integers
from producer.looks.fifo import Fifo
from producer.looks.table import UNQUEUED, Slots, Table
from producer.reddit.limits import INFO_IDS

BANDS_AT_ONCE = 6
PATIENCE_SECONDS = 300.0  # without any request
NOBODY_AT = float("inf")


class Tickets:
    """Numbers, none given twice, by which a queue tells a row that still waits in it."""

    def __init__(self) -> None:
        self._next = UNQUEUED + 1

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return so many new ones, rising."""
        first = self._next
        self._next += count
        return np.arange(first, self._next)


class Queues:
    """The rows that wait for a look by value. `waiting` is how many there are."""

    def __init__(self, table: Table, bands: Bands, tickets: Tickets) -> None:
        self._table = table
        self._bands = bands
        self._tickets = tickets
        self._fifos = [Fifo() for _ in range(bands.count)]
        self._all_bands = np.arange(bands.count)
        self._head_at = np.full(bands.count, NOBODY_AT)
        self._everybody = Fifo()
        self._chosen_at = 0.0
        self.waiting = 0

    def deal(self, slots: Slots) -> None:
        """Put rows, just looked at, at the end of the queues of their bands."""
        band, slots, tickets = self._numbered(slots)
        if not self._chosen_at and len(slots):
            self._chosen_at = float(self._table.looked_at[slots[0]])
        ticket_of = self._table.ticket
        order = self._table.looked_at[slots].argsort(kind="stable")
        self._everybody.push(slots[order], tickets[order], ticket_of)
        for number, start, stop in _runs(band):
            fifo = self._fifos[number]
            fifo.push(slots[start:stop], tickets[start:stop], ticket_of)
            if self._head_at[number] == NOBODY_AT:
                self._head_at[number] = self._table.looked_at[slots[start]]

    def put_back(self, slots: Slots) -> None:
        """Put rows at the head of their queues: a request for them failed."""
        band, slots, tickets = self._numbered(slots)
        for number, start, stop in _runs(band):
            fifo = self._fifos[number]
            fifo.put_back(slots[start:stop], tickets[start:stop], self._table.ticket)
            self._head_at[number] = self._table.looked_at[slots[start]]
        self._everybody.put_back(slots, tickets, self._table.ticket)

    def withdraw(self, slots: Slots) -> None:
        """Take rows out of their queues."""
        self.waiting -= int(np.count_nonzero(self._table.ticket[slots]))
        self._table.ticket[slots] = UNQUEUED

    def ready_at(self, least: int) -> float:
        """Return when so many of the rows that wait have not been looked at for a minute.

        Without a request for some minutes fewer are enough: listings may show the others all
        the time.
        """
        if not self.waiting:
            return NOBODY_AT
        first = self._everybody.head(self._table.ticket, max(1, least))
        looked_at = self._table.looked_at
        some_at = max(
            float(looked_at[first[0]]) + LEAST_SECONDS, self._chosen_at + PATIENCE_SECONDS
        )
        if len(first) < least:
            return some_at
        return min(float(looked_at[first[-1]]) + LEAST_SECONDS, some_at)

    def choose(self, now: float, most: int = INFO_IDS) -> Slots:
        """Take out the rows worth most, up to `most` of those not looked at for a minute."""
        self._chosen_at = now
        heads = self._worth(self._all_bands, self._head_at, now)
        order = np.argsort(-heads)
        slots: list[Slots] = []
        tried: list[int] = []
        chosen: Slots = np.empty(0, np.int32)
        worths: NDArray[np.float32] = np.empty(0, np.float32)
        for first in range(0, len(order), BANDS_AT_ONCE):
            some = order[first : first + BANDS_AT_ONCE]
            best = heads[some[0]]
            if best < 0 or (len(chosen) == most and best <= worths.min()):
                break
            for band in some[heads[some] >= 0].tolist():
                slots.append(self._head(band, most))
                tried.append(band)
            chosen, worths = self._best(slots, tried, now, most)
        self.withdraw(chosen)
        for band, head in zip(tried, slots, strict=True):
            self._next_head(band, head, most)
        return chosen

    def _best(
        self, slots: list[Slots], tried: list[int], now: float, most: int
    ) -> tuple[Slots, NDArray[np.float32]]:
        all_slots = np.concatenate(slots)
        bands = np.repeat(tried, [len(each) for each in slots])
        worths = self._worth(bands, self._table.looked_at[all_slots], now)
        if len(worths) > most:
            best = np.argpartition(-worths, most - 1)[:most]
            all_slots, worths = all_slots[best], worths[best]
        ready = worths >= 0
        return all_slots[ready], worths[ready]

    def _head(self, band: int, most: int) -> Slots:
        slots = self._fifos[band].head(self._table.ticket, most)
        self._head_at[band] = self._table.looked_at[slots[0]] if len(slots) else NOBODY_AT
        return slots

    def _next_head(self, band: int, head: Slots, most: int) -> None:
        """Note who is at the head of a queue, after some of the first were taken out."""
        left = self._table.ticket[head] != UNQUEUED
        first = int(left.argmax()) if len(left) else 0
        if len(left) and left[first]:
            self._head_at[band] = self._table.looked_at[head[first]]
        else:
            self._head(band, most)

    def _worth(
        self, bands: Integers, looked_at: NDArray[np.float64], now: float
    ) -> NDArray[np.float32]:
        elapsed = now - looked_at
        worth = self._bands.worth(bands, elapsed)
        worth[elapsed < LEAST_SECONDS] = -1.0
        return worth

    def _numbered(self, slots: Slots) -> tuple[Integers, Slots, NDArray[np.int64]]:
        """Give rows that have a band new tickets, all others none; sorts by band."""
        self.withdraw(slots)
        band = self._bands.of(self._table, slots)
        if (band == NO_BAND).any():
            slots, band = slots[band != NO_BAND], band[band != NO_BAND]
        order = band.argsort(kind="stable")
        slots, tickets = slots[order], self._tickets.draw(len(slots))
        self._table.ticket[slots] = tickets
        self.waiting += len(slots)
        return band[order], slots, tickets


def _runs(sorted_bands: Integers) -> list[tuple[int, int, int]]:
    """Return (band, start, stop) of each run of equal numbers."""
    if not len(sorted_bands):
        return []
    cuts = (np.flatnonzero(sorted_bands[1:] != sorted_bands[:-1]) + 1).tolist()
    starts = [0, *cuts]
    stops = [*cuts, len(sorted_bands)]
    return list(zip(sorted_bands[starts].tolist(), starts, stops, strict=True))
