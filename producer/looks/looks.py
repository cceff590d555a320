"""Looks: all that is known of every id, and what an answer changes in it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from producer.looks.bands import Bands
from producer.looks.cohort import SavedRows, decode
from producer.looks.cohorts import Cohorts, Kept
from producer.looks.crossing import CrossingModel, crossing_model
from producer.looks.queues import Queues, Tickets
from producer.looks.requests import Asked, LookRequests
from producer.looks.settle import FORGET_SECONDS, Settle
from producer.looks.sighting import Change, Mask, Rule, Shown, miss, see_again, see_first
from producer.looks.sweep import Sweep
from producer.looks.table import NEVER, NO_SLOT, UNQUEUED, UNSENT, Slots, Table
from producer.looks.threads import Threads
from producer.reddit.batch import ABSENT_CODE, DELETED_CODE, LIVE_CODE, UNKNOWN, Batch

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


class Looks:
    """Follows ids from their first sighting until they are done with. Not thread-safe.

    `ages` are the fixed ages in seconds, ascending. All times are steady seconds. `requests`
    chooses whom to look at next.
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
        self.requests = LookRequests(self.table, self.queues, self.settle, self.sweep)
        self._leaving: list[Slots] = []
        self._floors: dict[str, int] = {}

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
        self.requests.landed(slots)
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
        self.requests.landed(slots)
        swept = self.table.swept[slots]
        unsure = self.table.state[slots] == LIVE_CODE
        self.requests.withdraw(slots[unsure])
        self.settle.confirm(slots[unsure & keep])
        self._deal(slots[~unsure])
        self._keep(slots[keep])
        return Seen(slots, emit, np.zeros(len(slots), np.bool_), crossed, swept)

    def unsent(self, ids: Iterable[str]) -> None:
        """Take in that what was found of these was not sent: their next look is news again."""
        table = self.table
        slots = table.slots([fullname for fullname in ids if fullname in table])
        table.emitted[slots] = UNKNOWN
        table.edited_at[slots] = UNSENT
        table.state[slots] = LIVE_CODE  # whatever else they are will be found again
        idle = slots[~table.in_flight[slots]]
        absent = table.missed_at[idle] != NEVER
        self.requests.withdraw(idle)
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
        self.requests.withdraw(done)
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

    def _deal(self, slots: Slots) -> None:
        swept = self.table.swept[slots]
        if swept.any():
            self._leaving.append(self.sweep.deal(slots[swept]))
            slots = slots[~swept]
        self.queues.deal(slots)

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
        self.requests.withdraw(slots)
        self.cohorts.forget(slots)
        self.table.remove(slots)


def _rows(shown: Shown, places: NDArray[np.intp]) -> Shown:
    return Shown(
        shown.scores[places],
        shown.states[places],
        shown.text_crcs[places],
        shown.edited_at[places],
    )
