"""Listing poll: where the polling of one listing stands between steps."""

from collections.abc import Sequence

from producer.listings.poll import Cursor, Gap, Poll, interval_seconds
from producer.reddit.thing import Thing

PUT_OFF_SECONDS = 10.0


class ListingPoll:
    """The cursor, the poll in progress, and when the next one is due: the first one at once.

    `least` and `most` bound the seconds between two polls.
    """

    def __init__(
        self, listing: str, cursor: Cursor | None, now: float, *, least: float, most: float
    ) -> None:
        self.listing = listing
        self.cursor = cursor
        self.poll: Poll | None = None
        self.next_at = now
        self.dirty = False
        self._restarted = True
        self._least = least
        self._most = most

    @property
    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return self.cursor.gaps_open if self.cursor else 0

    def due_at(self) -> float:
        """Return when to ask for the next page."""
        return self.poll.began_at if self.poll else self.next_at

    def anchor(self, now: float) -> str | None:
        """Return the anchor of the page to ask for now; begins a poll when none is going on."""
        if self.poll is None:
            self.poll = Poll.begin(self.cursor, now, restarted=self._restarted)
        return self.poll.after

    def take(self, things: Sequence[Thing], after: str | None, now: float) -> Gap | None:
        """Take in the page; returns the hole that a complete poll found."""
        poll = self.poll
        if poll is None:
            raise RuntimeError("a page came without a poll")
        if poll.after is None:
            interval = interval_seconds(things, self._least, self._most)
            self.next_at = poll.began_at + interval
        self.poll = poll.turn_page(self.cursor, things, after)
        if not self.poll.complete:
            return None
        self.cursor, gap = self.poll.close(self.cursor, self.listing, now)
        self.poll = None
        self.dirty = True
        self._restarted = False
        return gap

    def fail(self, now: float) -> None:
        """Note that the page did not come; after a few times the poll begins again, later.

        The cursor stays where it is: what lies below the page is still to be read.
        """
        if self.poll is None:
            raise RuntimeError("a page failed without a poll")
        self.poll = self.poll.failed()
        if self.poll is None:
            self.next_at = now + PUT_OFF_SECONDS
