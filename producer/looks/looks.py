"""Looks: all that is known of every id, what an answer changes in it, and whom to look at next."""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from producer.looks.bands import Bands
from producer.looks.cohort import SavedRows, decode
from producer.looks.cohorts import Cohorts, Kept
from producer.looks.crossing import CrossingModel, crossing_model
from producer.looks.queues import Queues, Tickets
from producer.looks.settle import FORGET_SECONDS, Due, Settle
from producer.looks.sighting import Change, Mask, Rule, Shown, miss, see_again, see_first
from producer.looks.sweep import Sweep
from producer.looks.table import NEVER, NO_SLOT, UNQUEUED, UNSENT, Slots, Table
from producer.looks.threads import Threads
from producer.reddit.batch import ABSENT_CODE, DELETED_CODE, LIVE_CODE, UNKNOWN, Batch
from producer.reddit.limits import INFO_IDS

AGAIN_SECONDS = 60.0  # others have their turn before what failed
UNREADABLE_SECONDS = 3600.0  # what came in a form that cannot be read will hardly be better soon
NOT_LISTED: frozenset[str] = frozenset()


class Seen(NamedTuple):
    """What an answer changed, row by row in its order.

    `emit`: an observation is due. `new`: never seen before. `crossed`: reached the threshold for
    the first time. `swept`: only deletions are looked for. `skipped` counts the fixed ages that
    a later look covered.
    """

    slots: Slots
    emit: Mask
    new: Mask
    crossed: Mask
    swept: Mask
    skipped: int = 0


class Asked(NamedTuple):
    """The rows of one request; `dues` are the guaranteed looks among them."""

    slots: Slots
    ids: tuple[str, ...]
    dues: tuple[Due, ...] = ()


class Looks:
    """Follows ids from their first sighting until they are done with. Not thread-safe.

    `ages` are the fixed ages in seconds, ascending. All times are steady seconds. A simulation may
    raise `ids_per_look` and let one look by value stand for several requests.
    """

    def __init__(
        self,
        ages: Sequence[float],
        *,
        min_score: int,
        retention_days: float,
        model: CrossingModel | None = None,
    ) -> None:
        self.table = Table()
        self.min_score = min_score
        self._last = ages[-1]
        self._rule = Rule(np.array(ages, np.float64), min_score)
        self._bands = Bands(model or crossing_model(), ages, min_score)
        tickets = Tickets()
        self.queues = Queues(self.table, self._bands, tickets)
        self.settle = Settle(self.table, ages)
        self.sweep = Sweep(self.table, tickets, retention_days)
        self.cohorts = Cohorts(self.table)
        self.threads = Threads(self.table)
        self._later: list[tuple[float, Slots]] = []
        self._leaving: list[Slots] = []
        self._floors: dict[str, int] = {}
        self.in_flight = 0
        self.ids_per_look = INFO_IDS

    def __len__(self) -> int:
        return len(self.table)

    def judge_by(self, model: CrossingModel) -> None:
        """Take another crossing model, of the same bands of score and age."""
        self._bands.judge_by(model)

    def see(self, batch: Batch, at: float, asked: Asked | None = None) -> Seen:
        """Take in what was answered, to what was `asked` if it was a look; no id twice."""
        table = self.table
        if asked is not None and len(batch) == len(asked.ids) and tuple(batch.ids) == asked.ids:
            slots = asked.slots  # nobody forgets a row that is in flight
        else:
            slots = table.slots(batch.ids)
        shown = Shown(batch.scores, batch.states, batch.text_crcs, batch.edited_at)
        new = slots == NO_SLOT
        if not new.any():
            change = see_again(table, slots, shown, at, self._rule)
        else:
            change = self._see_mixed(batch, slots, shown, new, at)
        self._landed(slots)
        self._deal(slots)
        swept = table.swept[slots]
        self._keep(slots[change.keep | swept])
        return Seen(slots, change.emit, new, change.crossed, swept, change.skipped)

    def miss(self, ids: Iterable[str], at: float) -> Seen:
        """Take in that an answer to a question for these ids lacked them.

        One lack may be a stale cache: the row is asked for again an hour later, by itself.
        """
        slots = self.table.slots([fullname for fullname in ids if fullname in self.table])
        emit, crossed, keep, _ = miss(self.table, slots, at)
        self._landed(slots)
        swept = self.table.swept[slots]
        unsure = self.table.state[slots] == LIVE_CODE
        self._withdraw(slots[unsure])
        self.settle.confirm(slots[unsure & keep])
        self._deal(slots[~unsure])
        self._keep(slots[keep])
        return Seen(slots, emit, np.zeros(len(slots), np.bool_), crossed, swept)

    def ask(self, now: float) -> Asked:
        """Choose the rows whose look is worth most."""
        return self._sent(self.queues.choose(now, self.ids_per_look), ())

    def ask_settle(self, now: float) -> Asked:
        """Choose guaranteed looks and absences to confirm, filled up with the next best."""
        dues = self.settle.choose(now, INFO_IDS)
        return self._asked(np.array([due.slot for due in dues], np.int32), tuple(dues), now)

    def ask_sweep(self, now: float) -> Asked:
        """Choose the swept rows unseen for longest, filled up with the next best."""
        return self._asked(self.sweep.choose(now, INFO_IDS), (), now)

    def due_at(self, now: float) -> float:
        """Return when a request is full of rows that may be looked at again."""
        self._come_back(now)
        return self.queues.ready_at(min(self.ids_per_look, self._followed(now)))

    def settle_due_at(self, now: float) -> float:
        """Return when a guaranteed look is due, or an absence to be confirmed."""
        return self.settle.due_at(now, lambda count: self._filled_at(count, now), INFO_IDS)

    def sweep_due_at(self, now: float) -> float:
        """Return when the next hundred swept rows are due."""
        self._come_back(now)
        return self.sweep.due_at()

    def late_since(self) -> float:
        """Return since when the most overdue guaranteed look is late; inf: none is."""
        return self.settle.late_since()

    def answered(self, asked: Asked, unreadable: Container[str], now: float) -> tuple[str, ...]:
        """Return the ids asked for that the answer lacked, after `see` took in what it held.

        `unreadable`: ids that it held in a form that could not be read; they are no misses.
        """
        in_flight = self.table.in_flight[asked.slots]
        if not in_flight.any():
            return ()
        left = list(compress(asked.ids, in_flight.tolist()))
        bad = self.table.slots([fullname for fullname in left if fullname in unreadable])
        if len(bad):
            self._landed(bad)
            self._later.append((now + UNREADABLE_SECONDS, bad))
        return tuple(fullname for fullname in left if fullname not in unreadable)

    def failed(self, asked: Asked, now: float) -> None:
        """Take in that a request was not answered: its rows have their turn a little later."""
        left = self.table.in_flight[asked.slots]
        slots = asked.slots[left]
        self._landed(slots)
        self._later.append((now + AGAIN_SECONDS, slots))
        waiting = set(slots.tolist())
        self.settle.put_back([due for due in asked.dues if due.slot in waiting], now)

    def unsent(self, ids: Iterable[str]) -> None:
        """Take in that what was found of these was not sent: their next look is news again."""
        table = self.table
        slots = table.slots([fullname for fullname in ids if fullname in table])
        table.emitted[slots] = UNKNOWN
        table.edited_at[slots] = UNSENT
        table.state[slots] = LIVE_CODE  # whatever else they are will be found again
        idle = slots[~table.in_flight[slots]]
        absent = table.missed_at[idle] != NEVER
        self._withdraw(idle)
        self.settle.confirm(idle[absent])
        self._deal(idle[~absent])
        self._keep(slots)

    def tidy(self, now: float, listed: Container[str] = NOT_LISTED) -> None:
        """Forget what is done with, or sweep it; to be called every minute or so.

        `listed` ids are still in a listing: forgotten, they would be taken for new.
        """
        self.settle.advance(now)
        self.threads.forget(now)
        table = self.table
        done = np.unique(np.concatenate([*self._leaving, self.settle.done(now)]))
        # seen again meanwhile: such rows have their place in the sweep
        done = done[~table.swept[done] | (table.ticket[done] == UNQUEUED)]
        self._withdraw(done)
        state = table.state[done]
        kept = table.is_post[done] | (table.peak[done] >= self.min_score)
        kept &= (state != DELETED_CODE) & (state != ABSENT_CODE) & ~table.in_flight[done]
        gone = np.concatenate([self.sweep.deal(done[kept]), done[~kept]])
        staying = table.in_flight[gone] | (table.looked_at[gone] > now - FORGET_SECONDS)
        staying |= np.array([name in listed for name in table.names(gone.tolist())], np.bool_)
        self._leaving = [gone[staying]]
        self._forget(gone[~staying])

    def changed(self) -> Kept:
        """Return what a checkpoint must write since the last call; whoever takes it saves it."""
        return self.cohorts.changed()

    def load(
        self, items: Iterable[tuple[str, bytes]], now: float, peaks: Mapping[str, int] | None = None
    ) -> None:
        """Go on from saved items, (name, content); `peaks` by id were saved before their rows.

        Of an id that is in two items the later look counts, and the higher peak.
        """
        decoded = [(decode(content), name) for name, content in items]
        decoded.sort(key=lambda each: each[0].revision)
        for rows, name in decoded:
            self._adopt(rows, name)
        self._floors = dict(peaks or {})
        slots = self.table.all_slots()
        self.threads.count(
            [self.table.posts[slot] for slot in slots.tolist()],
            self.table.created_at[slots].tolist(),
        )
        self._keep(self._lift(slots))
        table = self.table
        slots = slots[table.looked_at[slots].argsort(kind="stable")]
        swept = self._is_swept(slots, now)
        self._leaving.append(self.sweep.deal(slots[swept]))
        slots = slots[~swept]
        self.settle.add(slots[table.created_at[slots].argsort(kind="stable")])
        unsure = (table.missed_at[slots] != NEVER) & (table.state[slots] == LIVE_CODE)
        self.settle.confirm(slots[unsure])
        self.queues.deal(slots[~unsure])

    def _adopt(self, rows: SavedRows, name: str) -> None:
        table = self.table
        slots = table.slots(rows.ids)
        new = slots == NO_SLOT
        if new.all():
            slots = table.add(rows.ids, rows.posts, rows.parents)
        else:
            some = rows.some(np.flatnonzero(new))
            slots[new] = table.add(some.ids, some.posts, some.parents)
            later = rows.columns["looked_at"] >= table.looked_at[slots]
            peak = np.maximum(rows.columns["peak"], table.peak[slots])
            table.peak[slots] = peak
            slots, rows = slots[later], rows.some(np.flatnonzero(later))
            rows.columns["peak"] = peak[later]
        for column, values in rows.columns.items():
            getattr(table, column)[slots] = values
        self.cohorts.adopt(name, rows.revision, slots, self._stages(slots))

    def _is_swept(self, slots: Slots, now: float) -> Mask:
        table = self.table
        end_at = table.created_at[slots] + self._last
        settled = (end_at + FORGET_SECONDS <= now) & (table.looked_at[slots] >= end_at)
        unsure = (table.missed_at[slots] != NEVER) & (table.state[slots] == LIVE_CODE)
        kept = table.is_post[slots] | (table.peak[slots] >= self.min_score)
        swept: Mask = settled & kept & ~unsure
        return swept

    def _see_mixed(self, batch: Batch, slots: Slots, shown: Shown, new: Mask, at: float) -> Change:
        """Take in an answer that shows new rows, too; sets their `slots`."""
        first, again = np.flatnonzero(new), np.flatnonzero(~new)
        slots[first] = self._add(batch, first)
        born = see_first(self.table, slots[first], _rows(shown, first), at, self.min_score)
        seen = see_again(self.table, slots[again], _rows(shown, again), at, self._rule)
        emit, crossed, keep = (np.empty(len(slots), np.bool_) for _ in range(3))
        for places, part in ((first, born), (again, seen)):
            emit[places], crossed[places], keep[places] = part.emit, part.crossed, part.keep
        self._lift(slots[first])
        self.settle.add(slots[first])
        return Change(emit, crossed, keep, seen.skipped)

    def _add(self, batch: Batch, first: NDArray[np.intp]) -> Slots:
        places = first.tolist()
        posts = [batch.post_ids[place] for place in places]
        slots = self.table.add(
            [batch.ids[place] for place in places],
            posts,
            [batch.parent_ids[place] for place in places],
        )
        self.table.created_at[slots] = batch.created_at[first]
        self.threads.count(posts, batch.created_at[first].tolist())
        return slots

    def _lift(self, slots: Slots) -> Slots:
        """Raise peaks to those that were saved by themselves, at a first crossing.

        Returns the rows raised. Their records may have died with the process: the next look sends.
        """
        table = self.table
        raised = [slot for slot in slots.tolist() if table.ids[slot] in self._floors]
        for slot in raised:
            table.peak[slot] = max(table.peak[slot], self._floors.pop(table.ids[slot] or ""))
            table.emitted[slot] = UNKNOWN
        return np.array(raised, np.int32)

    def _asked(self, slots: Slots, dues: tuple[Due, ...], now: float) -> Asked:
        self._withdraw(slots)
        self.table.in_flight[slots] = True
        if len(slots) < INFO_IDS and (dues or self.table.swept[slots].any()):
            slots = np.concatenate((slots, self.queues.choose(now, INFO_IDS - len(slots))))
        return self._sent(slots, dues)

    def _sent(self, slots: Slots, dues: tuple[Due, ...]) -> Asked:
        self.table.in_flight[slots] = True
        self.in_flight += len(slots)
        return Asked(slots, tuple(self.table.names(slots.tolist())), dues)

    def _landed(self, slots: Slots) -> None:
        self.in_flight -= int(np.count_nonzero(self.table.in_flight[slots]))
        self.table.in_flight[slots] = False

    def _deal(self, slots: Slots) -> None:
        swept = self.table.swept[slots]
        if swept.any():
            self._leaving.append(self.sweep.deal(slots[swept]))
            slots = slots[~swept]
        self.queues.deal(slots)

    def _withdraw(self, slots: Slots) -> None:
        swept = self.table.swept[slots]
        self.sweep.withdraw(slots[swept])
        self.queues.withdraw(slots[~swept])

    def _come_back(self, now: float) -> None:
        due = [slots for at, slots in self._later if at <= now]
        if not due:
            return
        self._later = [(at, slots) for at, slots in self._later if at > now]
        table = self.table
        slots = np.unique(np.concatenate(due))
        there = np.array([table.ids[slot] is not None for slot in slots.tolist()], np.bool_)
        unsure = (table.missed_at[slots] != NEVER) & (table.state[slots] == LIVE_CODE)
        idle = there & ~unsure & ~table.in_flight[slots] & (table.ticket[slots] == UNQUEUED)
        self.sweep.put_back(slots[idle & table.swept[slots]])
        slots = slots[idle & ~table.swept[slots]]
        self.queues.put_back(slots[table.looked_at[slots].argsort(kind="stable")])

    def _followed(self, now: float) -> int:
        """Return how many rows wait for a look by value, or will within a minute."""
        soon = sum(len(slots) for at, slots in self._later if at <= now + AGAIN_SECONDS)
        return self.queues.waiting + self.in_flight + soon

    def _filled_at(self, count: int, now: float) -> float:
        count = min(count, self._followed(now))
        return self.queues.ready_at(count) if count else now

    def _keep(self, slots: Slots) -> None:
        if not len(slots):
            return
        self.cohorts.keep(slots, self._stages(slots))

    def _stages(self, slots: Slots) -> NDArray[np.intp]:
        table = self.table
        passed = self._bands.passed(table.looked_at[slots] - table.created_at[slots])
        return passed + table.swept[slots]

    def _forget(self, slots: Slots) -> None:
        if not len(slots):
            return
        self._withdraw(slots)
        self.cohorts.forget(slots)
        self.table.remove(slots)


def _rows(shown: Shown, places: NDArray[np.intp]) -> Shown:
    return Shown(
        shown.scores[places],
        shown.states[places],
        shown.text_crcs[places],
        shown.edited_at[places],
    )
