"""Choice: what to ask Reddit next. New things first, then due looks, full scans, spare quota."""

from collections.abc import Sequence
from typing import NamedTuple

from producer.listings.full_scan import FullScan
from producer.listings.listing_poll import ListingPoll
from producer.looks.look import EXTRA_LOOK_SECONDS, Look, due_look, extra_look, next_look_at
from producer.looks.tracker import Tracker
from producer.reddit.budget import Budget


class Request(NamedTuple):
    """The next page of a poll or a scan, or a look; `at` is when it may go."""

    at: float
    subject: ListingPoll | FullScan | Look


class Rest(NamedTuple):
    """Nothing is worth a request before `at`."""

    at: float


def next_request(
    polls: Sequence[ListingPoll],
    scans: Sequence[FullScan],
    tracker: Tracker,
    budget: Budget,
    now: float,
) -> Request | Rest:
    """Choose among what is due; a spare request yields to what falls due before its turn."""
    ready_at = budget.ready_at(now, spare=False)
    poll = min(polls, key=lambda each: each.due_at())
    if poll.due_at() <= now:
        return Request(ready_at, poll)
    look = due_look(tracker, now)
    if look is not None:
        return Request(ready_at, look)
    scan = min(scans, key=lambda each: each.due_at())
    if scan.due_at() <= now:
        return Request(ready_at, scan)
    due_at = min(poll.due_at(), scan.due_at(), next_look_at(tracker))
    spare_at = budget.ready_at(now, spare=True)
    look = extra_look(tracker, now)
    if look is None or due_at < spare_at:
        return Rest(min(due_at, now + EXTRA_LOOK_SECONDS))
    return Request(spare_at, look)
