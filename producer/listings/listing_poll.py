"""Listing poll: where the polling of one listing stands between steps."""

from collections.abc import Sequence

from producer.gap import Gap
from producer.job import Purpose, Request
from producer.listings.poll import Cursor, Poll, interval_seconds
from producer.reddit.batch import Batch
from producer.reddit.question import Answer, ListingPage

PUT_OFF_SECONDS = 10.0
NEVER = float("inf")


class ListingPoll:
    """The cursor, the poll in progress, and when the next one is due: the first one at once.

    One page is in flight at a time. `least` and `most` bound the seconds between two polls.
    """

    purpose = Purpose.POLL

    def __init__(  # noqa: PLR0913 - what it reads, where it stands, and its pace
        self,
        subreddit: str,
        listing: str,
        cursor: Cursor | None,
        now: float,
        *,
        least: float,
        most: float,
    ) -> None:
        self.listing = listing
        self.cursor = cursor
        self.poll: Poll | None = None
        self.next_at = now
        self.dirty = False
        self._subreddit = subreddit
        self._in_flight = False
        self._restarted = True
        self._least = least
        self._most = most

    @property
    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return self.cursor.gaps_open if self.cursor else 0

    def late_since(self) -> float:
        """Return when the next page was, or is, to be asked for, whether in flight or not."""
        return self.poll.began_at if self.poll else self.next_at

    def due_at(self, now: float) -> float:  # noqa: ARG002 - of the protocol
        """Return when to ask for the next page."""
        return NEVER if self._in_flight else self.late_since()

    def ask(self, now: float) -> Request:
        """Return the request of the next page; begins a poll when none is going on."""
        if self.poll is None:
            self.poll = Poll.begin(self.cursor, now, restarted=self._restarted)
        self._in_flight = True
        page = ListingPage(self._subreddit, self.listing, self.poll.after)
        return Request(page, self.purpose, self)

    def take(self, _request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:
        """Take in the page; returns the hole that a complete poll found."""
        self._in_flight = False
        poll = self._poll()
        if poll.after is None:
            interval = interval_seconds(batch.things, self._least, self._most)
            self.next_at = poll.began_at + interval
        self.poll = poll.turn_page(self.cursor, batch.things, answer.after)
        if not self.poll.complete:
            return ()
        self.cursor, gap = self.poll.close(self.cursor, self.listing, now)
        self.poll = None
        self.dirty = True
        self._restarted = False
        return (gap,) if gap else ()

    def fail(self, _request: Request, now: float) -> None:
        """Note that the page did not come; after a few times the poll begins again, later.

        The cursor stays where it is: what lies below the page is still to be read.
        """
        self._in_flight = False
        self.poll = self._poll().failed()
        if self.poll is None:
            self.next_at = now + PUT_OFF_SECONDS

    def _poll(self) -> Poll:
        if self.poll is None:
            raise RuntimeError("a page came without a poll")
        return self.poll
