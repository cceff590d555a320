"""Answers: what one changes in what is known, and the records it makes.

Every item of every answer is a look, whatever the answer was asked for.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from producer.looks.known import Known
from producer.looks.observation import Record, observation_of
from producer.looks.sighting import Sighting, miss, see
from producer.looks.tracker import Tracker
from producer.reddit.thing import MalformedThingError, Thing, thing_of

NEW = "new"
REREAD = "reread"


class Answer(NamedTuple):
    """Items that could be read, and the fields for which others could not."""

    things: list[Thing]
    malformed: list[str]


def parse(items: Iterable[object]) -> Answer:
    """Read the items of an answer."""
    things: list[Thing] = []
    malformed: list[str] = []
    for item in items:
        try:
            things.append(thing_of(item))
        except MalformedThingError as error:
            malformed.append(str(error))
    return Answer(things, malformed)


class AnswerReader:
    """Takes answers into the tracker."""

    def __init__(self, tracker: Tracker, *, subreddit: str, min_score: int) -> None:
        self._tracker = tracker
        self._subreddit = subreddit
        self._min_score = min_score

    def see(self, things: Sequence[Thing], at: float, scheduled: frozenset[str]) -> list[Record]:
        """Take in what was answered; `scheduled` ids are always sent."""
        records: list[Record] = []
        for thing in things:
            known = self._tracker.get(thing.id)
            due = thing.id in scheduled
            sighting = see(known, thing, at=at, scheduled=due, min_score=self._min_score)
            records += self._take(known, sighting, thing, at)
        return records

    def miss(self, ids: Iterable[str], at: float) -> list[Record]:
        """Take in what was asked for and not answered."""
        records: list[Record] = []
        for known in filter(None, map(self._tracker.get, ids)):
            records += self._take(known, miss(known, at=at), None, at)
        return records

    def _take(
        self, known: Known | None, sighting: Sighting, thing: Thing | None, at: float
    ) -> list[Record]:
        after = sighting.known
        before = (known.peak, known.missed_at) if known else None
        keep = sighting.emit or before != (after.peak, after.missed_at)
        self._tracker.put(after, now=at, keep=keep)
        if not sighting.emit:
            return []
        cause = REREAD if known else NEW
        return [
            observation_of(after, thing, observed_at=at, cause=cause, subreddit=self._subreddit)
        ]
