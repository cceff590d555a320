"""Queues: for every band, its rows in the order of their last look; who is worth a look most.

In one band the row that waits longest is worth most, so only the first rows of the best bands are
compared: a choice takes as long among two million rows as among a thousand. Rows for the requests
of the next seconds are chosen together, and those of the last answers are put in order together.
"""

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from producer.looks.bands import LEAST_SECONDS, NO_BAND, Bands
from producer.looks.crossing import Integers
from producer.looks.fifo import Fifo
from producer.looks.table import UNQUEUED, Slots, Table
from producer.reddit.limits import INFO_IDS

BANDS_AT_ONCE = 16
HAND_SECONDS = 20.0  # so far ahead rows are chosen: no worth changes much meanwhile
HAND_REQUESTS = 32
TAKEN_LEAST = 50  # rows of a band that are compared
DEALT_ROWS = 2000
HELD = -1  # ticket of a row that is chosen and not yet asked for
PATIENCE_SECONDS = 300.0  # without any request
NOBODY_AT = inf


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
        self._taken = [INFO_IDS] * bands.count
        self._everybody = Fifo()
        self._dealt: list[tuple[Slots, NDArray[np.int64]]] = []
        self._dealt_rows = 0
        self._hand: Slots = np.empty(0, np.int32)
        self._hand_at = 0.0
        self._served = 0
        self._chosen_at = 0.0
        self.waiting = 0

    def deal(self, slots: Slots) -> None:
        """Put rows, just looked at, at the end of the queues of their bands."""
        tickets = self._number(slots)
        if not len(slots):
            return
        if not self._chosen_at:
            self._chosen_at = float(self._table.looked_at[slots[0]])
        self._dealt.append((slots, tickets))
        self._dealt_rows += len(slots)
        if self._dealt_rows >= DEALT_ROWS:
            self._sort_in()

    def put_back(self, slots: Slots) -> None:
        """Put rows at the head of their queues: a request for them failed."""
        self._sort_in()
        band, slots, tickets = self._by_band(slots, self._number(slots))
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
        self._drop_from_hand()
        if len(self._hand) >= least:
            return self._hand_at
        self._sort_in()
        first = self._everybody.head(self._table.ticket, max(1, least))
        looked_at = self._table.looked_at
        if not len(first):
            return self._hand_at if len(self._hand) else NOBODY_AT
        some_at = max(
            float(looked_at[first[0]]) + LEAST_SECONDS, self._chosen_at + PATIENCE_SECONDS
        )
        if len(first) < least:
            return some_at
        return min(float(looked_at[first[-1]]) + LEAST_SECONDS, some_at)

    def choose(self, now: float, most: int = INFO_IDS) -> Slots:
        """Take out the rows worth most, up to `most` of those not looked at for a minute."""
        self._chosen_at = now
        self._served += -(-most // INFO_IDS)
        chosen = self._from_hand(most)
        if len(chosen) < most:
            self._fill_hand(now, most - len(chosen))
            chosen = np.concatenate((chosen, self._from_hand(most - len(chosen))))
        self.withdraw(chosen)
        return chosen

    def _from_hand(self, most: int) -> Slots:
        self._drop_from_hand()
        chosen, self._hand = self._hand[:most], self._hand[most:]
        return chosen

    def _drop_from_hand(self) -> None:
        """Let go of rows that were seen, asked for or forgotten since they were chosen."""
        self._hand = self._hand[self._table.ticket[self._hand] == HELD]

    def _fill_hand(self, now: float, least: int) -> None:
        """Choose rows for as many requests as there were in the last seconds, `least` at least."""
        passed = max(now - self._hand_at, HAND_SECONDS / HAND_REQUESTS)
        requests = min(HAND_REQUESTS, max(1, int(self._served * HAND_SECONDS / passed)))
        self._hand_at, self._served = now, 0
        self._sort_in()
        most = max(least, requests * INFO_IDS)
        chosen, heads = self._compared(now, most, self._taken)
        if len(chosen) < least:  # a request must not lack what was not compared
            chosen, heads = self._compared(now, most, [most] * self._bands.count)
        self._table.ticket[chosen] = HELD
        self._hand = chosen
        for band, head in heads.items():
            self._next_head(band, head, most)

    def _compared(
        self, now: float, most: int, heads_most: Sequence[int]
    ) -> tuple[Slots, dict[int, Slots]]:
        """Return the rows worth most, and by band those they were chosen from, its first ones."""
        worths = self._worth(self._all_bands, self._head_at, now)
        order = np.argsort(-worths)
        heads: dict[int, Slots] = {}
        chosen: Slots = np.empty(0, np.int32)
        least = -inf
        for first in range(0, len(order), BANDS_AT_ONCE):
            some = order[first : first + BANDS_AT_ONCE]
            best = worths[some[0]]
            if best < 0 or (len(chosen) == most and best <= least):
                break
            for band in some[worths[some] >= 0].tolist():
                heads[band] = self._head(band, heads_most[band])
            chosen, least = self._best(heads, now, most)
        return chosen, heads

    def _sort_in(self) -> None:
        """Put the rows of the last answers into their queues."""
        if not self._dealt:
            return
        slots = np.concatenate([slots for slots, _ in self._dealt])
        tickets = np.concatenate([tickets for _, tickets in self._dealt])
        self._dealt, self._dealt_rows = [], 0
        ticket_of = self._table.ticket
        still = ticket_of[slots] == tickets
        band, slots, tickets = self._by_band(slots[still], tickets[still])
        order = self._table.looked_at[slots].argsort(kind="stable")
        self._everybody.push(slots[order], tickets[order], ticket_of)
        for number, start, stop in _runs(band):
            fifo = self._fifos[number]
            fifo.push(slots[start:stop], tickets[start:stop], ticket_of)
            if self._head_at[number] == NOBODY_AT:
                self._head_at[number] = self._table.looked_at[slots[start]]

    def _best(self, heads: Mapping[int, Slots], now: float, most: int) -> tuple[Slots, float]:
        """Return the rows worth most, in no order, and how much the least of them is worth."""
        all_slots = np.concatenate(list(heads.values()))
        bands = np.repeat(list(heads), [len(head) for head in heads.values()])
        worths = self._worth(bands, self._table.looked_at[all_slots], now)
        if len(worths) > most:
            best = np.argpartition(-worths, most - 1)[:most]
            all_slots, worths = all_slots[best], worths[best]
        ready = worths >= 0
        return all_slots[ready], float(worths.min(initial=inf))

    def _head(self, band: int, most: int) -> Slots:
        slots = self._fifos[band].head(self._table.ticket, most)
        self._head_at[band] = self._table.looked_at[slots[0]] if len(slots) else NOBODY_AT
        return slots

    def _next_head(self, band: int, head: Slots, most: int) -> None:
        """Note who is at the head of a queue, after some of the first were taken out.

        The next time twice as many are compared as were taken now: they will be alike.
        """
        left = self._table.ticket[head] > UNQUEUED
        first = int(left.argmax()) if len(left) else 0
        taken = len(left) - int(np.count_nonzero(left))
        self._taken[band] = min(most, 2 * taken + TAKEN_LEAST)
        if len(left) and left[first]:
            self._head_at[band] = self._table.looked_at[head[first]]
        else:
            self._head(band, 1)

    def _worth(
        self, bands: Integers, looked_at: NDArray[np.float64], now: float
    ) -> NDArray[np.float32]:
        elapsed = now - looked_at
        worth = self._bands.worth(bands, elapsed)
        worth[elapsed < LEAST_SECONDS] = -1.0
        return worth

    def _number(self, slots: Slots) -> NDArray[np.int64]:
        """Give rows new tickets."""
        self.withdraw(slots)
        tickets = self._tickets.draw(len(slots))
        self._table.ticket[slots] = tickets
        self.waiting += len(slots)
        return tickets

    def _by_band(
        self, slots: Slots, tickets: NDArray[np.int64]
    ) -> tuple[Integers, Slots, NDArray[np.int64]]:
        """Return rows in order of their bands; those that have none wait no more."""
        band = self._bands.of(self._table, slots)
        none = band == NO_BAND
        if none.any():
            self.withdraw(slots[none])
            band, slots, tickets = band[~none], slots[~none], tickets[~none]
        order = band.argsort(kind="stable")
        return band[order], slots[order], tickets[order]


def _runs(sorted_bands: Integers) -> list[tuple[int, int, int]]:
    """Return (band, start, stop) of each run of equal numbers."""
    if not len(sorted_bands):
        return []
    cuts = (np.flatnonzero(sorted_bands[1:] != sorted_bands[:-1]) + 1).tolist()
    starts = [0, *cuts]
    stops = [*cuts, len(sorted_bands)]
    return list(zip(sorted_bands[starts].tolist(), starts, stops, strict=True))
