"""Full scan: one listing to its end every few minutes, between the polls of its newest page.

What moderators removed at once and approved later reappears deep in the listing, below what any
poll reads. A page also shows the scores of 100 things, as much as a look does.
"""

from collections.abc import Sequence

from producer.gap import Gap
from producer.job import Purpose, Request
from producer.listings.poll import Poll
from producer.reddit.batch import Batch
from producer.reddit.limits import LISTING_ITEMS, LISTINGS, PAGE_SIZE
from producer.reddit.question import Answer, ListingPage

EVERY_SECONDS = 300.0  # a quarter of what 1,000 comments span on a normal weekday
REQUESTS = len(LISTINGS) * LISTING_ITEMS // PAGE_SIZE
QUOTA_SHARE = 0.2  # at most


class FullScan:
    """Goes down a listing page by page, from `first_at` on; one page is in flight at a time.

    It moves no cursor, so a restart may begin it again.
    `seen_all_since` is when the last whole scan began: all that is listed was seen since then.
    """

    purpose = Purpose.DEEP

    def __init__(self, subreddit: str, listing: str, first_at: float, every_seconds: float) -> None:
        self.listing = listing
        self.seen_all_since = float("-inf")
        self._subreddit = subreddit
        self._next_at = first_at
        self._every = every_seconds
        self._poll: Poll | None = None
        self._in_flight = False

    def due_at(self, now: float) -> float:  # noqa: ARG002 - of the protocol
        """Return when to ask for the next page."""
        if self._in_flight:
            return float("inf")
        return self._poll.began_at if self._poll else self._next_at

    def ask(self, now: float) -> Request:
        """Return the request of the next page."""
        if self._poll is None:
            self._poll = Poll.begin(None, now, restarted=False)
        self._in_flight = True
        page = ListingPage(self._subreddit, self.listing, self._poll.after)
        return Request(page, self.purpose, self)

    def take(self, _request: Request, batch: Batch, answer: Answer, _now: float) -> Sequence[Gap]:
        """Take in the page; at the listing's end the scan is over. It looks for no holes."""
        self._in_flight = False
        if self._poll is None:
            raise RuntimeError("a page came without a scan")
        self._poll = self._poll.turn_page(None, batch.things, answer.after)
        if self._poll.complete:
            if not self._poll.lost:
                self.seen_all_since = self._poll.began_at
            self._next_at = self._poll.began_at + self._every
            self._poll = None
        return ()

    def fail(self, _request: Request, now: float) -> None:
        """Note that the page did not come; after a few times the scan is over."""
        self._in_flight = False
        if self._poll is None:
            raise RuntimeError("a page failed without a scan")
        self._poll = self._poll.failed()
        if self._poll is None:
            self._next_at = now + self._every


def every_seconds(requests_per_minute: int) -> float:
    """Return the time between two scans that leaves most of the quota to others."""
    return max(EVERY_SECONDS, 60.0 * REQUESTS / (QUOTA_SHARE * requests_per_minute))
