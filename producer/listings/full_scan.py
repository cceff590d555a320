"""Full scan: one listing to its end every few minutes, between the polls of its newest page.

What moderators removed at once and approved later reappears deep in the listing, below what any
poll reads. A page also shows the scores of 100 things, as much as a look does.
"""

from collections.abc import Sequence

from producer.listings.poll import Poll
from producer.reddit.limits import LISTING_ITEMS, LISTINGS, PAGE_SIZE
from producer.reddit.thing import Thing

EVERY_SECONDS = 300.0  # a quarter of what 1,000 comments span on a normal weekday
REQUESTS = len(LISTINGS) * LISTING_ITEMS // PAGE_SIZE
QUOTA_SHARE = 0.2  # at most


class FullScan:
    """Goes down a listing page by page, from `first_at` on.

    It moves no cursor, so a restart may begin it again.
    `seen_all_since` is when the last whole scan began: all that is listed was seen since then.
    """

    def __init__(self, listing: str, first_at: float, every_seconds: float) -> None:
        self.listing = listing
        self.seen_all_since = float("-inf")
        self._next_at = first_at
        self._every = every_seconds
        self._poll: Poll | None = None

    def due_at(self) -> float:
        """Return when to ask for the next page."""
        return self._poll.began_at if self._poll else self._next_at

    def anchor(self, now: float) -> str | None:
        """Return the anchor of the page to ask for now."""
        if self._poll is None:
            self._poll = Poll.begin(None, now, restarted=False)
        return self._poll.after

    def take(self, things: Sequence[Thing], after: str | None) -> None:
        """Take in the page; at the listing's end the scan is over. It looks for no holes."""
        if self._poll is None:
            raise RuntimeError("a page came without a scan")
        self._poll = self._poll.turn_page(None, things, after)
        if self._poll.complete:
            if not self._poll.lost:
                self.seen_all_since = self._poll.began_at
            self._next_at = self._poll.began_at + self._every
            self._poll = None

    def fail(self, now: float) -> None:
        """Note that the page did not come; after a few times the scan is over."""
        if self._poll is None:
            raise RuntimeError("a page failed without a scan")
        self._poll = self._poll.failed()
        if self._poll is None:
            self._next_at = now + self._every


def every_seconds(requests_per_minute: int) -> float:
    """Return the time between two scans that leaves most of the quota to others."""
    return max(EVERY_SECONDS, 60.0 * REQUESTS / (QUOTA_SHARE * requests_per_minute))
