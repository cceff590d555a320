"""Listing poll: reads what is new of a listing, again and again."""

from collections.abc import Sequence
from math import inf

from producer.backoff import Backoff
from producer.gap import Gap
from producer.job import Purpose, Request
from producer.listings.deep import LATENESS_SECONDS
from producer.listings.listing import Listing
from producer.listings.poll import DISORDER_SECONDS, Page, Poll, interval_seconds
from producer.reddit.batch import Batch
from producer.reddit.question import Answer, ListingPage

EMPTY = Backoff(first_seconds=1.0, cap_seconds=30.0)
PUT_OFF_SECONDS = 10.0
PATIENCE_SECONDS = 5.0  # then a page that does not come is asked for once more beside it
IN_FLIGHT_MOST = 2


class ListingPoll:
    """A job: polls a listing, the first time at once, then every `least` to `most` seconds.

    Its first page without a readable thing is asked for again, with back-off.
    """

    purpose = Purpose.POLL

    def __init__(self, listing: Listing, now: float, *, least: float, most: float) -> None:
        self.listing = listing
        self._poll: Poll | None = None
        self._due_at = self._next_at = now
        self._least = least
        self._most = most
        self._empty = EMPTY
        self._in_flight = 0

    def late_since(self) -> float:
        """Return when the poll going on, or the next one, was to begin."""
        return self._poll.began_at if self._poll else self._next_at

    def due_at(self, now: float) -> float:  # noqa: ARG002 - the protocol's
        """Return when to ask for the next page."""
        return self._due_at if self._in_flight < IN_FLIGHT_MOST else inf

    def ask(self, now: float) -> Request:
        """Ask for the next page; begins a poll when none is going on."""
        if self._poll is None:
            self._poll = Poll(began_at=now)
        self._in_flight += 1
        self._due_at = now + PATIENCE_SECONDS
        question = ListingPage(self.listing.subreddit, self.listing.name, self._poll.after)
        return Request(question, self.purpose, self, self._poll.page)

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:
        """Take in a page; returns the hole that a complete poll found."""
        self._in_flight -= 1
        poll = self._poll
        if poll is None or request.ticket != poll.page:
            return ()  # its page came by another request already
        self._due_at = now
        turned = poll.turn_page(self.listing.recent, Page.of(batch, answer, now))
        if turned is None:
            self._empty = self._empty.failed()
            self._due_at = now + self._empty.seconds()
            self._poll = None
            return ()
        self._empty = EMPTY
        self._poll = turned
        if not turned.complete:
            return ()
        self._poll = None
        interval = interval_seconds(turned.created_at, self._least, self._most)
        self._due_at = self._next_at = turned.began_at + interval
        return self._close(turned, now)

    def fail(self, request: Request, now: float) -> None:
        """Note that the page did not come; after a few times the poll begins again, later.

        The cursor stays where it is: what lies below the page is still to be read.
        """
        self._in_flight -= 1
        if self._poll is None or request.ticket != self._poll.page:
            return
        self._poll = self._poll.failed()
        self._due_at = now if self._poll else now + PUT_OFF_SECONDS

    def _close(self, poll: Poll, now: float) -> Sequence[Gap]:
        listing = self.listing
        settled_at = listing.settled_at
        lost = (
            settled_at is not None
            and not poll.met
            and poll.tail_at > listing.newest_at - DISORDER_SECONDS
            and listing.is_cut(len(poll.ids), poll.ids, poll.tail_at)
        )
        gaps = listing.hole(poll.tail_at, now) if lost else ()
        if settled_at is None:
            listing.settle(poll.began_at - LATENESS_SECONDS)
        elif lost:
            listing.settle(max(poll.tail_at, poll.began_at - LATENESS_SECONDS))
        listing.learn(poll.ids, poll.created_at, forget=lost)
        listing.headed = True
        return gaps
