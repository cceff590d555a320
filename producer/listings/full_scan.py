"""Full scan: one listing to its end every few minutes, between the polls of its newest page.

What moderators removed at once and approved later reappears deep in the listing, below what any
poll reads. A page also shows the scores of 100 things, as much as a look does.
"""

from collections.abc import Sequence
from math import inf

from producer.gap import Gap
from producer.job import Purpose, Request
from producer.listings.listing import Listing
from producer.listings.poll import Page, Poll
from producer.reddit.batch import Batch
from producer.reddit.limits import LISTING_ITEMS, LISTINGS, PAGE_SIZE
from producer.reddit.question import Answer, ListingPage

EVERY_SECONDS = 300.0  # a quarter of what 1,000 comments span on a normal weekday
REQUESTS = len(LISTINGS) * LISTING_ITEMS // PAGE_SIZE
QUOTA_SHARE = 0.2  # at most


class FullScan:
    """A job: goes down a listing page by page, from an interval after its first poll on.

    It tells of no gap, and a restart may begin it again. A listing that spans less than the
    interval is left to the deep polls: whatever reappears in it is gone before a scan.
    """

    purpose = Purpose.DEEP

    def __init__(self, listing: Listing, first_at: float, every_seconds: float) -> None:
        self.listing = listing
        self._next_at = first_at
        self._every = every_seconds
        self._poll: Poll | None = None
        self._page_at = -inf
        self._in_flight = False

    def due_at(self, now: float) -> float:
        """Return when to ask for the next page."""
        if self._in_flight or not self.listing.headed:
            return inf
        if self._poll is not None:
            return self._page_at
        if self._next_at <= now and self.listing.span_seconds < self._every:
            self._next_at = now + self._every
        return self._next_at

    def ask(self, now: float) -> Request:
        """Ask for the next page; begins a scan when none is going on."""
        if self._poll is None:
            self._poll = Poll(began_at=now)
        self._in_flight = True
        question = ListingPage(self.listing.subreddit, self.listing.name, self._poll.after)
        return Request(question, self.purpose, self)

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:  # noqa: ARG002
        """Take in the page; at the listing's end the scan is over."""
        self._in_flight = False
        if self._poll is None:
            raise RuntimeError("a page came without a scan")
        self._page_at = now
        turned = self._poll.turn_page((), Page.of(batch, answer, now))
        if turned is not None and not turned.complete:
            self._poll = turned
            return ()
        self._rest(self._poll.began_at)
        if turned is not None:
            self.listing.learn(turned.ids, turned.created_at)
        return ()

    def fail(self, request: Request, now: float) -> None:  # noqa: ARG002 - the protocol's
        """Note that the page did not come; after a few times the scan is over."""
        self._in_flight = False
        if self._poll is None:
            raise RuntimeError("a page failed without a scan")
        self._page_at = now
        self._poll = self._poll.failed()
        if self._poll is None:
            self._rest(now)

    def _rest(self, since: float) -> None:
        self._poll = None
        self._next_at = since + self._every


def every_seconds(requests_per_minute: int) -> float:
    """Return the time between two scans that leaves most of the quota to others."""
    return max(EVERY_SECONDS, 60.0 * REQUESTS / (QUOTA_SHARE * requests_per_minute))
