"""Cohorts: where rows are kept for a restart, so that a checkpoint writes little.

A row that has something new to keep moves to the open cohort of its stage, which is full after a
hundred of them: what changed in a minute becomes a few whole items, whatever it was. The item left
behind goes once all its rows have; until then it holds stale copies, which a restart tells by their
earlier look. Rows of one stage leave it within one step of the fixed ages, so no item stays long.

Items are written in no order, so an item never loses a row by being written again: a cohort that
was cut gets another name, and its old item is deleted when all others are written.
"""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from producer.looks.cohort import COHORT_ROWS, Cohort, encode
from producer.looks.crossing import Integers
from producer.looks.table import NOWHERE, Slots, Table

FEW_ROWS = COHORT_ROWS // 2  # fewer are better off with others


class Item(NamedTuple):
    """The content of one cohort; `used_at` is the last look at one of its rows."""

    name: str
    content: bytes
    used_at: float


class Kept(NamedTuple):
    """What the state table must write, then delete, to hold what a restart needs."""

    items: tuple[Item, ...]
    deleted: tuple[str, ...]


class Cohorts:
    """All cohorts by number, and those still open by stage."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._maker = uuid.uuid4().hex[:8]  # no two producers name two cohorts alike
        self._cohorts: dict[int, Cohort] = {}
        self._open: dict[int, Cohort] = {}
        self._dirty: dict[int, Cohort] = {}
        self._left: list[str] = []
        self._next = 0
        self._named = 0
        self._revision = 0

    def __len__(self) -> int:
        return len(self._cohorts)

    def keep(self, slots: Slots, stages: Integers) -> None:
        """Let the next checkpoint hold these rows as they are then."""
        if not len(slots):
            return
        by_home: dict[int, list[int]] = {}
        wanted = stages.tolist()
        for place, home in enumerate(self._table.home[slots].tolist()):
            by_home.setdefault(home, []).append(place)
        by_stage: dict[int, list[int]] = {}
        for home, places in by_home.items():
            for place in self._movers(home, places, wanted):
                by_stage.setdefault(wanted[place], []).append(place)
        for stage, places in by_stage.items():
            for part, cohort in self._parts(slots[places], stage):
                self._table.home[part] = cohort.number

    def forget(self, slots: Slots) -> None:
        """Drop rows: no checkpoint holds them any more."""
        homes, counts = np.unique(self._table.home[slots], return_counts=True)
        for home, count in zip(homes.tolist(), counts.tolist(), strict=True):
            self._leave(home, count)
        self._table.home[slots] = NOWHERE

    def changed(self) -> Kept:
        """Return what changed since the last call. Whoever takes it has to save it."""
        items = tuple(self._item(cohort) for cohort in self._dirty.values())
        self._dirty.clear()
        deleted, self._left = tuple(self._left), []
        return Kept(items, deleted)

    def adopt(self, name: str, revision: int, slots: Slots, stages: Integers) -> None:
        """Take over rows that a saved item holds, from another cohort if need be."""
        self._revision = max(self._revision, revision)
        if not len(slots):
            self._left.append(name)
            return
        self.forget(slots)
        cohort = self._new(name, int(stages.max()))
        cohort.slots[: len(slots)] = slots
        cohort.dealt = cohort.living = len(slots)
        cohort.saved = True
        self._table.home[slots] = cohort.number

    def _new(self, name: str, stage: int) -> Cohort:
        cohort = Cohort(self._next, name, stage)
        self._cohorts[self._next] = cohort
        self._next += 1
        return cohort

    def _movers(self, home: int, places: list[int], stages: list[int]) -> list[int]:
        """Return the places of rows that need another cohort than their home, and leave it."""
        if home == NOWHERE:
            return places
        cohort = self._cohorts[home]
        wanted = {stages[place] for place in places}
        movers = places
        if len(places) == cohort.living >= FEW_ROWS and len(wanted) == 1:
            self._restage(cohort, wanted.pop())  # all of it goes on together
            movers = []
        elif cohort.dirty or self._open.get(cohort.stage) is cohort:
            movers = [place for place in places if stages[place] != cohort.stage]
        if len(movers) < len(places):
            self._soil(cohort)
        self._leave(home, len(movers))
        return movers

    def _parts(self, slots: Slots, stage: int) -> Iterator[tuple[Slots, Cohort]]:
        while len(slots):
            cohort = self._open.get(stage)
            if cohort is None:
                cohort = self._open[stage] = self._new(self._name(), stage)
            room = COHORT_ROWS - cohort.dealt
            part, slots = slots[:room], slots[room:]
            cohort.slots[cohort.dealt : cohort.dealt + len(part)] = part
            cohort.dealt += len(part)
            cohort.living += len(part)
            self._soil(cohort)
            if cohort.dealt == COHORT_ROWS:
                del self._open[stage]
            yield part, cohort

    def _restage(self, cohort: Cohort, stage: int) -> None:
        if self._open.get(cohort.stage) is cohort and cohort.stage != stage:
            del self._open[cohort.stage]
        cohort.stage = stage

    def _soil(self, cohort: Cohort) -> None:
        cohort.dirty = True
        self._dirty[cohort.number] = cohort

    def _leave(self, home: int, count: int) -> None:
        if home == NOWHERE or not count:
            return
        cohort = self._cohorts[home]
        cohort.living -= count
        cohort.cut = True
        if cohort.living:
            return
        del self._cohorts[home]
        self._dirty.pop(home, None)
        if self._open.get(cohort.stage) is cohort:
            del self._open[cohort.stage]
        if cohort.saved:
            self._left.append(cohort.name)

    def _item(self, cohort: Cohort) -> Item:
        table = self._table
        slots = np.unique(cohort.slots[: cohort.dealt])  # one may have been freed and dealt again
        slots = slots[table.home[slots] == cohort.number]
        if cohort.saved and cohort.cut:
            self._left.append(cohort.name)
            cohort.name = self._name()
        self._revision += 1
        cohort.saved, cohort.dirty, cohort.cut = True, False, False
        content = encode(table, slots, self._revision)
        return Item(cohort.name, content, float(table.looked_at[slots].max()))

    def _name(self) -> str:
        self._named += 1
        return f"{self._maker}-{self._named:x}"
