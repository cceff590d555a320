"""Answers: what one changes in what is known, and the records it makes.

Every item of every answer is a look, whatever the answer was asked for.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from producer.looks.known import Known
from producer.looks.observation import Record, observation_of
from producer.looks.sighting import Sighting, miss, see
from producer.looks.tracker import Tracker
from producer.reddit.thing import Thing

NEW = "new"
REREAD = "reread"
REPAIR = "repair"


class AnswerReader:
    """Takes answers into the tracker; `at` is steady, `observed_at` the wall's."""

    def __init__(self, tracker: Tracker, *, subreddit: str, min_score: int) -> None:
        self._tracker = tracker
        self._subreddit = subreddit
        self._min_score = min_score

    def see(
        self,
        things: Sequence[Thing],
        at: float,
        observed_at: float,
        *,
        hid: Callable[[float], bool],
    ) -> list[Record]:
        """Take in what was answered; the first sighting after a fixed age is always sent.

        `hid` tells by the creation of a thing never seen before whether repair has found it.
        """
        records: list[Record] = []
        for thing in things:
            known = self._tracker.get(thing.id)
            due = known is not None and self._is_due(known, at)
            sighting = see(known, thing, at=at, scheduled=due, min_score=self._min_score)
            cause = REREAD if known else REPAIR if hid(thing.created_at) else NEW
            records += self._take(known, sighting, thing, at, (observed_at, cause))
        return records

    def miss(self, ids: Iterable[str], at: float, observed_at: float) -> list[Record]:
        """Take in what was asked for and not answered."""
        records: list[Record] = []
        for known in filter(None, map(self._tracker.get, ids)):
            records += self._take(known, miss(known, at=at), None, at, (observed_at, REREAD))
        return records

    def _is_due(self, known: Known, at: float) -> bool:
        ages = self._tracker.ages
        seen, now = known.looked_at - known.created_at, at - known.created_at
        return bisect_right(ages, now) > bisect_right(ages, seen)

    def _take(
        self,
        known: Known | None,
        sighting: Sighting,
        thing: Thing | None,
        at: float,
        stamp: tuple[float, str],
    ) -> list[Record]:
        after = sighting.known
        before = (known.peak, known.missed_at) if known else None
        keep = sighting.emit or before != (after.peak, after.missed_at)
        self._tracker.put(after, now=at, keep=keep)
        if not sighting.emit:
            return []
        observed_at, cause = stamp
        subreddit = self._subreddit
        return [
            observation_of(after, thing, observed_at=observed_at, cause=cause, subreddit=subreddit)
        ]
