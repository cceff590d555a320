"""Deep polls: reads each stretch of a listing once more when nothing can appear in it any more."""

from collections.abc import Sequence
from math import inf

from producer.backoff import Backoff
from producer.gap import Gap
from producer.job import Purpose, Request
from producer.listings.deep import DeepPoll, plan, start
from producer.listings.listing import Listing
from producer.listings.poll import ANCHORS, DISORDER_SECONDS, Page
from producer.reddit.batch import Batch
from producer.reddit.question import Answer, ListingPage

EMPTY = Backoff(first_seconds=1.0, cap_seconds=30.0)
PUT_OFF_SECONDS = 5.0
PATIENCE_SECONDS = 5.0  # then a page that does not come is asked for once more beside it
IN_FLIGHT_MOST = 2


class DeepPolls:
    """A job beside the ListingPoll of a listing, from its first complete poll on.

    All that a listing may have lost unseen it tells as a gap: what fell off the end before it was
    old enough, and what was read too early to hold what appears late.
    """

    purpose = Purpose.DEEP

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._poll: DeepPoll | None = None
        self._before: frozenset[str] = frozenset()
        self._began_at = -inf
        self._due_at = -inf
        self._empty = EMPTY
        self._in_flight = 0

    def due_at(self, now: float) -> float:  # noqa: ARG002 - the protocol's
        """Return when to ask for the next page."""
        if not self.listing.headed or self._in_flight >= IN_FLIGHT_MOST:
            return inf
        if self._poll is None:  # the listing may have become faster meanwhile
            return max(self._due_at, self._began_at + plan(self.listing.span_seconds).every)
        return self._due_at

    def ask(self, now: float) -> Request:
        """Ask for the next page; begins a deep poll when none is going on."""
        if self._poll is None:
            self._poll = self._begun(now)
        self._in_flight += 1
        self._due_at = now + PATIENCE_SECONDS
        question = ListingPage(self.listing.subreddit, self.listing.name, self._poll.after)
        return Request(question, self.purpose, self, self._poll.page)

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:
        """Take in a page; returns the gap that a complete deep poll found or made longer."""
        self._in_flight -= 1
        poll = self._poll
        if poll is None or request.ticket != poll.page:
            return ()  # its page came by another request already
        self._due_at = now
        self._poll = poll.turn_page(Page.of(batch, answer, now))
        if self._poll is None:
            self._empty = self._empty.failed()
            self._due_at = now + self._empty.seconds()
            self._began_at = -inf
            return ()
        self._empty = EMPTY
        if not self._poll.complete:
            return ()
        done, self._poll = self._poll, None
        return self._close(done, now)

    def fail(self, request: Request, now: float) -> None:
        """Note that the page did not come; after a few times the deep poll begins again, later."""
        self._in_flight -= 1
        if self._poll is None or request.ticket != self._poll.page:
            return
        self._poll = self._poll.failed()
        self._due_at = now if self._poll else now + PUT_OFF_SECONDS
        if self._poll is None:
            self._began_at = -inf

    def _begun(self, now: float) -> DeepPoll:
        planned = plan(self.listing.span_seconds)
        above = start(self.listing.recent, now - planned.reach)
        self._began_at = now
        return DeepPoll(
            began_at=now,
            plan=planned,
            settled_at=self.listing.settled_at or -inf,
            before=self._before,
            above=len(above),
            anchors=tuple(reversed(above[-ANCHORS:])),
        )

    def _close(self, poll: DeepPoll, now: float) -> Sequence[Gap]:
        listing = self.listing
        bottom_at = poll.bottom_at
        items = poll.above + len(poll.ids)
        if bottom_at is not None and not listing.is_cut(items, poll.ids, bottom_at):
            bottom_at = None
        # what is older than the newest known thing was read, if too early for what is late
        lost = bottom_at is not None and bottom_at > listing.newest_at - DISORDER_SECONDS
        gaps: list[Gap] = []
        if bottom_at is not None:
            gaps += listing.hole(bottom_at, now, late_only=not lost)
            listing.settle(min(bottom_at, poll.until_at))
        if poll.plan.late_only_gap:
            gaps += listing.hole(poll.until_at, now, late_only=True)
        listing.settle(poll.until_at)
        listing.learn(poll.ids, poll.created_at, forget=lost)
        self._before = frozenset(poll.top)
        return gaps
