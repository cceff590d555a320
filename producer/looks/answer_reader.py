"""Answers: what one changes in what is known, and the records it makes.

Every item of every answer is a look, whatever the answer was asked for.
"""

from collections.abc import Callable, Sequence

import numpy as np

from producer.job import Request
from producer.looks.looks import Asked, Looks, Seen
from producer.looks.observation import Record, observation_of
from producer.reddit.batch import Batch
from producer.reddit.purpose import Purpose
from producer.reddit.thing import Thing
from producer.totals import Totals

NEW, REPAIR, REREAD, SWEEP = "new", "repair", "reread", "sweep"
DELETION_CHECKS = {Purpose.SWEEP, Purpose.SETTLE}  # of what is swept: an absence to confirm, too


class AnswerReader:
    """Makes the records of what the looks find; `at` is steady, `observed_at` the wall's.

    `hid` tells by the creation of a thing never seen before whether the repair looks for it.
    """

    def __init__(
        self, looks: Looks, *, subreddit: str, hid: Callable[[float], bool], totals: Totals
    ) -> None:
        self._looks = looks
        self._subreddit = subreddit
        self._hid = hid
        self._totals = totals

    def see(
        self, batch: Batch, request: Request, at: float, observed_at: float
    ) -> tuple[list[Record], dict[str, int]]:
        """Take in what was answered; returns the records, and the peaks of who crossed first."""
        ticket = request.ticket
        seen = self._looks.see(batch, at, ticket if isinstance(ticket, Asked) else None)
        self._totals.looks_skipped += seen.skipped
        if not batch.things:  # a simulation
            return [], {}
        crossed = {
            batch.ids[place]: int(batch.scores[place])
            for place in np.flatnonzero(seen.crossed).tolist()
        }
        return self._records(seen, batch.things, request.purpose, observed_at), crossed

    def miss(
        self, missed: Sequence[str], purpose: Purpose, at: float, observed_at: float
    ) -> list[Record]:
        """Take in ids that were asked for and not answered."""
        if not missed:
            return []
        return self._records(self._looks.miss(missed, at), (), purpose, observed_at)

    def _records(
        self, seen: Seen, things: Sequence[Thing], purpose: Purpose, observed_at: float
    ) -> list[Record]:
        table = self._looks.table
        return [
            observation_of(
                known := table.row(int(seen.slots[place])),
                things[place] if things else None,
                observed_at=observed_at,
                cause=self._cause(
                    purpose,
                    new=bool(seen.new[place]),
                    swept=bool(seen.swept[place]),
                    created_at=known.created_at,
                ),
                subreddit=self._subreddit,
            )
            for place in np.flatnonzero(seen.emit).tolist()
        ]

    def _cause(self, purpose: Purpose, *, new: bool, swept: bool, created_at: float) -> str:
        if new:
            found = purpose is Purpose.REPAIR and self._hid(created_at)
            return REPAIR if found else NEW
        return SWEEP if swept and purpose in DELETION_CHECKS else REREAD
