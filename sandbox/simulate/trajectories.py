"""Trajectories: the scores of many things, each in straight lines from point to point."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEPS_MOST = 200  # of one line: a score of thousands moves in steps of half a percent


class Steps(NamedTuple):
    """Moments at which a score changes to another one, by thing, then by age in seconds."""

    thing: Ints
    age: Floats
    score: Ints


class Spans(NamedTuple):
    """Spans of time, `since` ≤ t < `until`, by thing, then in order."""

    thing: Ints
    since: Floats
    until: Floats


class Toggles(NamedTuple):
    """Moments at which a condition of a thing begins (`on`) or ends to hold; at first it does not.

    They are in order within a thing, and alternate.
    """

    thing: Ints
    at: Floats
    on: Flags


@dataclass(frozen=True)
class Trajectories:
    """The points of thing i are `offsets[i]` to `offsets[i + 1]`; ages are seconds since its birth.

    Each has at least one, of age 0; ages rise. The last value holds for ever. What Reddit shows
    of a value between two points is rounded down.
    """

    offsets: Ints
    ages: Floats
    values: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def firsts(self) -> Ints:
        """Return the scores at birth."""
        return self.values[self.offsets[:-1]]

    def steps(self) -> Steps:
        """Return each change of the score that is shown, at the moment from which it shows."""
        thing = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        moves = np.diff(self.values)
        moves[thing[1:] != thing[:-1]] = 0
        lines = np.flatnonzero(moves)
        moved, lasted = moves[lines], np.diff(self.ages)[lines]
        counts = np.minimum(np.abs(moved), STEPS_MOST)
        of_line = np.repeat(np.arange(len(lines)), counts)
        number = 1 + np.arange(len(of_line)) - np.repeat(np.cumsum(counts) - counts, counts)
        # rounded down, a falling score shows the next lower one at once
        reached = number - (moved[of_line] < 0)
        line, count = lines[of_line], counts[of_line]
        return Steps(
            thing[line],
            self.ages[line] + lasted[of_line] * reached / count,
            self.values[line] + moved[of_line] * number // count,
        )


def reaching(steps: Steps, firsts: Ints, least: int) -> Toggles:
    """Return when things begin and end to show `least` or more."""
    high = steps.score >= least
    begins = np.ones(len(high), bool)
    begins[1:] = steps.thing[1:] != steps.thing[:-1]
    before = np.empty(len(high), bool)
    before[1:] = high[:-1]
    before[begins] = firsts[steps.thing[begins]] >= least
    turns = np.flatnonzero(high != before)
    born_high = np.flatnonzero(firsts >= least)
    thing = np.concatenate((born_high, steps.thing[turns]))
    at = np.concatenate((np.zeros(len(born_high)), steps.age[turns]))
    on = np.concatenate((np.ones(len(born_high), bool), high[turns]))
    order = np.lexsort((at, thing))
    return Toggles(thing[order], at[order], on[order])


def spans_of_all(conditions: Iterable[Toggles]) -> Spans:
    """Return the spans in which all conditions hold; one that has no end goes on for ever."""
    streams = list(conditions)
    thing = np.concatenate([stream.thing for stream in streams])
    at = np.concatenate([stream.at for stream in streams])
    change = np.concatenate([np.where(stream.on, 1, -1) for stream in streams])
    order = np.lexsort((at, thing))
    thing, at, change = thing[order], at[order], change[order]
    # each thing's changes start again from none: those of the things before it are taken off
    held = np.cumsum(change)
    first = np.ones(len(thing), bool)
    first[1:] = thing[1:] != thing[:-1]
    before = np.where(first, held - change, 0)
    held = held - np.repeat(before[first], np.diff(np.append(np.flatnonzero(first), len(thing))))
    following = np.append(at[1:], np.inf)
    following[np.append(first[1:], True)] = np.inf
    whole = np.flatnonzero((held == len(streams)) & (following > at))
    return _joined(Spans(thing[whole], at[whole], following[whole]))


def _joined(spans: Spans) -> Spans:
    """Return them with those joined that touch."""
    apart = np.ones(len(spans.thing), bool)
    apart[1:] = (spans.thing[1:] != spans.thing[:-1]) | (spans.since[1:] > spans.until[:-1])
    firsts = np.flatnonzero(apart)
    lasts = np.append(firsts[1:], len(apart)) - 1 if len(firsts) else firsts
    return Spans(spans.thing[firsts], spans.since[firsts], spans.until[lasts])
