"""Answers: what one changes in what is known, and the records it makes.

Every item of every answer is a look, whatever the answer was asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from producer.events import RecordFailed
from producer.job import Request
from producer.looks.looks import Looks, Seen
from producer.looks.observation import Record, observation_of
from producer.looks.requests import Asked
from producer.reddit.batch import Batch, Malformed
from producer.reddit.purpose import Purpose
from producer.reddit.thing import Thing
from producer.totals import Totals
from telemetry import Log

NEW, REPAIR, REREAD, SWEEP = "new", "repair", "reread", "sweep"
DELETION_CHECKS = {Purpose.SWEEP, Purpose.SETTLE}  # of what is swept: an absence to confirm, too


class Told(NamedTuple):
    """What an answer has to tell: records, and the items of which none can be made.

    `peaks` are those of who crossed the threshold first, by id.
    """

    records: Sequence[Record] = ()
    malformed: Sequence[Malformed] = ()
    peaks: Mapping[str, int] = {}


class AnswerReader:
    """Makes the records of what the looks find; `at` is steady, `observed_at` the wall's.

    `hid` tells by the creation of a thing never seen before whether the repair looks for it.
    """

    def __init__(
        self,
        looks: Looks,
        *,
        subreddit: str,
        hid: Callable[[float], bool],
        totals: Totals,
        log: Log,
    ) -> None:
        self._looks = looks
        self._subreddit = subreddit
        self._hid = hid
        self._totals = totals
        self._log = log

    def see(self, batch: Batch, request: Request, at: float, observed_at: float) -> Told:
        """Take in what was answered."""
        ticket = request.ticket
        seen = self._looks.see(batch, at, ticket if isinstance(ticket, Asked) else None)
        self._totals.looks_skipped += seen.skipped
        crossed = {
            batch.ids[place]: int(batch.scores[place])
            for place in np.flatnonzero(seen.crossed).tolist()
        }
        if not batch.things:  # a simulation
            return Told(peaks=crossed)
        told = self._told(seen, batch.things, request.purpose, observed_at)
        return told._replace(peaks=crossed)

    def miss(self, missed: Sequence[str], purpose: Purpose, at: float, observed_at: float) -> Told:
        """Take in ids that were asked for and not answered."""
        return self._told(self._looks.miss(missed, at), (), purpose, observed_at)

    def _told(
        self, seen: Seen, things: Sequence[Thing], purpose: Purpose, observed_at: float
    ) -> Told:
        records: list[Record] = []
        bad: list[Malformed] = []
        for place in np.flatnonzero(seen.emit).tolist():
            known = self._looks.table.row(int(seen.slots[place]))
            thing = things[place] if things else None
            new, swept = bool(seen.new[place]), bool(seen.swept[place])
            cause = self._cause(purpose, new=new, swept=swept, created_at=known.created_at)
            try:
                record = observation_of(
                    known, thing, observed_at=observed_at, cause=cause, subreddit=self._subreddit
                )
            except Exception as error:  # noqa: BLE001 - whatever one thing does to us, the others are told of
                self._log.emit(RecordFailed(id=known.id, error=type(error).__name__))
                raw = thing.raw if thing else {"name": known.id}
                bad.append(Malformed(known.id, "item", raw))
            else:
                records.append(record)
        return Told(records, bad)

    def _cause(self, purpose: Purpose, *, new: bool, swept: bool, created_at: float) -> str:
        if new:
            found = purpose is Purpose.REPAIR and self._hid(created_at)
            return REPAIR if found else NEW
        return SWEEP if swept and purpose in DELETION_CHECKS else REREAD
