"""What a gap flags, as the producer's records tell of it."""

import numpy as np

from contract import format_instant
from sandbox.simulate.journal import Gap, Journal
from sandbox.simulate.producing import _Outbox
from sandbox.simulate.result import _flagged

T = 1_611_840_000.0


def said(number, listing, since, until, status):
    return {
        "kind": "gap",
        "id": f"gap_{number}",
        "listing": listing,
        "from_at": format_instant(T + since),
        "to_at": format_instant(T + until),
        "status": status,
    }


def test_a_comment_is_flagged_by_gaps_of_its_listing_that_are_not_repaired():
    """Repaired says that nothing is missing. The last record of each gap counts, with its span."""
    journal = Journal(things=1, least_score=10)
    _Outbox(journal).add(
        [
            said(1, "comments", 10, 20, "open"),
            said(2, "comments", 30, 40, "open"),
            said(3, "comments", 50, 60, "open"),
            said(4, "new", 70, 80, "open"),
            said(1, "comments", 9, 21, "repaired"),
            said(2, "comments", 29, 41, "partial"),
        ],
        T,
    )
    assert journal.gaps["gap_1"] == Gap("comments", T + 9, T + 21, repaired=True)
    assert journal.gaps["gap_2"] == Gap("comments", T + 29, T + 41, repaired=False)
    created = T + np.array([15, 28.9, 29, 41, 41.1, 50, 60, 75])
    assert _flagged(created, journal.gaps.values()).tolist() == [
        *(False, False, True, True, False, True, True, False)
    ]
