"""Truth: when comments truly had the score that is asked for, and when Reddit showed it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from sandbox.simulate.fates import LIVE, Fates
from sandbox.simulate.trajectories import (
    Flags,
    Floats,
    Ints,
    Spans,
    Toggles,
    Trajectories,
    reaching,
    spans_of_all,
)


@dataclass(frozen=True)
class Truth:
    """Spans of age, in seconds, in which comments had the score.

    `true`: while live, hidden or not, from the birth on. `shown`: while it also could be seen by
    whoever asked.
    """

    true: Spans
    shown: Spans

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return all of them in order of thing."""
        return cls(_all([part.true for part in parts]), _all([part.shown for part in parts]))


def truth(
    things: Ints, trajectories: Trajectories, fates: Fates, appears: Floats, least: int
) -> Truth:
    """Return when these things reach `least`; `appears` is the age from which they can be read."""
    high = reaching(trajectories.steps(), trajectories.firsts, least)
    ever = np.zeros(len(trajectories), bool)
    ever[high.thing] = True
    chosen = np.flatnonzero(ever)
    live = _live(chosen, ever, fates)
    readable = Toggles(
        chosen, np.maximum(appears[chosen], fates.shown[chosen]), np.ones(len(chosen), bool)
    )
    return Truth(
        _named(things, spans_of_all((high, live))),
        _named(things, spans_of_all((high, live, readable))),
    )


def _live(chosen: Ints, ever: Flags, fates: Fates) -> Toggles:
    """Return when they are neither deleted nor removed."""
    of_them = ever[fates.thing]
    thing = np.concatenate((chosen, fates.thing[of_them]))
    at = np.concatenate((np.zeros(len(chosen)), fates.age[of_them]))
    on = np.concatenate((np.ones(len(chosen), bool), fates.state[of_them] == LIVE))
    order = np.lexsort((at, thing))
    thing, at, on = thing[order], at[order], on[order]
    turns = np.ones(len(on), bool)
    turns[1:] = (thing[1:] != thing[:-1]) | (on[1:] != on[:-1])
    return Toggles(thing[turns], at[turns], on[turns])


def _named(things: Ints, spans: Spans) -> Spans:
    return spans._replace(thing=things[spans.thing])


def _all(spans: list[Spans]) -> Spans:
    thing = np.concatenate([part.thing for part in spans])
    order = np.argsort(thing, kind="stable")
    return Spans(
        thing[order],
        np.concatenate([part.since for part in spans])[order],
        np.concatenate([part.until for part in spans])[order],
    )
