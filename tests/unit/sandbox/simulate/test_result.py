"""What a gap flags, as the producer's records tell of it."""

from types import SimpleNamespace

import numpy as np

from contract import format_instant
from sandbox.simulate.fates import LIVE
from sandbox.simulate.journal import Gap, Journal
from sandbox.simulate.producing import _Outbox
from sandbox.simulate.result import _flagged, _served

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


def test_what_only_an_outage_saw_could_not_be_read():
    """A minute before it, or after it, is enough; half a minute on either side is not."""
    appears_at = T + np.array([0, 40, 40, 110, 150, 150, 300])
    gone_at = T + np.array([60, 130, 220, 260, 261, 259, 359])
    things = np.arange(7)
    story = SimpleNamespace(
        start_at=T,
        appears_at=appears_at,
        timeline=SimpleNamespace(created=appears_at, comments=7),
        states=SimpleNamespace(
            thing=things, value=np.full(7, LIVE + 1), at=((gone_at - T) * 1000).astype(np.int64)
        ),
        window=SimpleNamespace(since=T, until=T + 1000),
    )
    assert _served(story, ()).tolist() == [True] * 6 + [False]
    outage = (T + 99.0, T + 200.0)
    assert _served(story, (outage,)).tolist() == [*(True, False, False, True, True, False, False)]
