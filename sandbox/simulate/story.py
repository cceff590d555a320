"""Story: everything that ever happens in a world, from its first comment to its last score."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sandbox.reddit.realism import Realism
from sandbox.simulate.fates import Fates
from sandbox.simulate.film import UNKNOWN, Events, Film
from sandbox.simulate.names import fullnames
from sandbox.simulate.timeline import Timeline
from sandbox.simulate.trajectories import Floats, Ints, Spans, Steps, Trajectories
from sandbox.simulate.truth import Truth, truth


class Group(NamedTuple):
    """Things of a timeline, by index, with their scores and fates."""

    things: Ints
    trajectories: Trajectories
    fates: Fates


class Window(NamedTuple):
    """What is measured: comments born from `since` to before `until`, at the score `least`.

    They are followed until `followed_until`; nothing happens after it.
    """

    since: float
    until: float
    followed_until: float
    least: int


@dataclass(frozen=True)
class Story:
    """All times are seconds since 1970; `place` is the moment by which listings order a thing.

    `names` are fullnames, and None at index -1. `truth` is of the comments in the window.
    """

    timeline: Timeline
    names: NDArray[np.object_]
    appears_at: Floats
    place: Floats
    firsts: NDArray[np.int32]
    scores: Events
    states: Events
    edits: Events
    truth: Truth
    window: Window

    @property
    def start_at(self) -> float:
        """Return when the first comment or post is made."""
        return min(
            float(self.timeline.created[0]), float(self.timeline.created[self.timeline.comments])
        )

    def film(self) -> Film:
        """Return it as it looks at the start."""
        born = (self.timeline.created, self.appears_at)
        return Film(born, self.firsts, self.scores, self.states, self.edits)


def told(
    random: Generator,
    timeline: Timeline,
    groups: Iterable[Group],
    realism: Realism,
    window: Window,
) -> Story:
    """Write down all that happens; the groups together hold every thing once."""
    late = random.random(len(timeline)) < realism.late_share
    delay = realism.late_max_seconds * random.random(len(timeline))
    appears_at = timeline.created + np.where(late, delay, 0.0)
    swings = random.random(len(timeline)) < realism.disorder_share
    swing = realism.disorder_max_seconds * random.uniform(-1, 1, len(timeline))
    writer = _Writer(timeline, appears_at, window)
    for group in groups:
        writer.write(group)
    return Story(
        timeline=timeline,
        names=_names(timeline),
        appears_at=appears_at,
        place=timeline.created + np.where(swings, swing, 0.0),
        firsts=writer.firsts,
        scores=Events.joined(writer.scores),
        states=Events.joined(writer.states),
        edits=Events.joined(writer.edits),
        truth=Truth.joined(writer.truths),
        window=window,
    )


class _Writer:
    def __init__(self, timeline: Timeline, appears_at: Floats, window: Window) -> None:
        self.firsts = np.ones(len(timeline), np.int32)
        self.scores: list[Events] = []
        self.states: list[Events] = []
        self.edits: list[Events] = []
        self.truths: list[Truth] = []
        self._created = timeline.created
        self._comments = timeline.comments
        self._appears = appears_at - timeline.created
        self._window = window
        self._start_at = min(timeline.created[0], timeline.created[timeline.comments])

    def write(self, group: Group) -> None:
        things, trajectories, fates = group
        self._scores(things, trajectories.steps(), trajectories.firsts, fates.shown)
        self.states.append(self._events(things[fates.thing], fates.age, fates.state))
        edited = np.flatnonzero(np.isfinite(fates.edited))
        ages = fates.edited[edited]
        self.edits.append(self._events(things[edited], ages, ages.astype(np.int64)))
        self._measure(group)

    def _scores(self, things: Ints, steps: Steps, firsts: Ints, shown: Floats) -> None:
        early = steps.age <= shown[steps.thing]
        at_first = firsts.copy()
        at_first[steps.thing[early]] = steps.score[early]  # the last of them stays
        hidden = shown > 0
        self.firsts[things] = np.where(hidden, UNKNOWN, at_first)
        revealed = np.flatnonzero(hidden & np.isfinite(shown))
        self.scores += [
            self._events(things[revealed], shown[revealed], at_first[revealed]),
            self._events(things[steps.thing[~early]], steps.age[~early], steps.score[~early]),
        ]

    def _events(self, things: Ints, ages: Floats, values: Ints) -> Events:
        at = self._created[things] + ages
        known = at < self._window.followed_until
        return Events.of(at[known] - self._start_at, things[known], values[known])

    def _measure(self, group: Group) -> None:
        things = group.things
        born = self._created[things]
        measured = (born >= self._window.since) & (born < self._window.until)
        if not np.any(measured & (things < self._comments)):
            return
        found = truth(
            things, group.trajectories, group.fates, self._appears[things], self._window.least
        )
        self.truths.append(Truth(*(self._of_window(spans) for spans in (found.true, found.shown))))

    def _of_window(self, spans: Spans) -> Spans:
        born = self._created[spans.thing]
        inside = (born >= self._window.since) & (born < self._window.until)
        inside &= spans.thing < self._comments
        return Spans(spans.thing[inside], spans.since[inside], spans.until[inside])


def _names(timeline: Timeline) -> NDArray[np.object_]:
    names = np.empty(len(timeline) + 1, np.object_)
    names[: timeline.comments] = fullnames("t1_", 0, timeline.comments)
    names[timeline.comments : -1] = fullnames(
        "t3_", timeline.comments, len(timeline) - timeline.comments
    )
    return names
