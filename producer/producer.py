"""Producer: one step at a time, from the next due request to its records and checkpoint.

Memory runs ahead of Kinesis by a few seconds of answers. A checkpoint first waits until all of
them are acknowledged; whoever dies before that reads them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contract import format_instant
from producer import events
from producer.backoff import Backoff
from producer.choice import next_request
from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    RateLimitedError,
    RedditError,
    RedditUnavailableError,
    SubredditMissingError,
    UnreachableError,
)
from producer.listings import full_scan as walk
from producer.listings.full_scan import Walk
from producer.listings.head import Course
from producer.listings.poll import LISTINGS
from producer.looks import due as looking
from producer.looks import reader as reading
from producer.looks.due import overdue_seconds
from producer.looks.observation import gap_observation
from producer.looks.reader import Reader
from producer.looks.tracker import Tracker
from producer.state.checkpoint import Checkpoint

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from structlog.typing import FilteringBoundLogger

    from clock import Clock
    from producer.choice import Request
    from producer.delivery.buffer import Delivery
    from producer.listings.poll import Gap
    from producer.looks.due import Look
    from producer.looks.observation import Record
    from producer.progress import Tally
    from producer.reddit.budget import Budget
    from producer.reddit.client import Reddit
    from producer.reddit.thing import Thing
    from producer.settings import Settings
    from producer.state.checkpoint import State

CHECKPOINT_SECONDS = 60.0  # what is not checkpointed is read again
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
CREDENTIALS_TRIES = 5  # once they had worked
FIRST_TRIES = 3  # without any answer yet, something is wrong that a person must mend
WORTH_ANOTHER_TRY = (
    RedditUnavailableError,
    ForbiddenError,
    SubredditMissingError,
    CredentialsWrongError,
)
LEAST_TICK_SECONDS = 0.001  # the contract's resolution: no two answers share an instant


class Edges(NamedTuple):
    """Everything outside the producer."""

    reddit: Reddit
    delivery: Delivery
    state: State
    clock: Clock
    log: FilteringBoundLogger


class Producer:
    """The core that a daemon loops. Not thread-safe."""

    def __init__(self, settings: Settings, edges: Edges, budget: Budget, tally: Tally) -> None:
        """Go on from the last checkpoint; raises AwsError when it cannot be read."""
        self._edges = edges
        self._budget = budget
        self._tally = tally
        self._subreddit = settings.subreddit
        self._now = edges.clock.now()
        saved = edges.state.load()
        cursors = {cursor.listing: cursor for cursor in saved.cursors}
        for cohort in saved.cohorts:
            cohort.seen_at = self._now  # an outage is no proof that they left the listings
        self.tracker = Tracker(settings.look_ages_seconds, saved.cohorts)
        self.courses = tuple(
            Course(
                listing,
                cursors.get(listing),
                self._now,
                least=settings.poll_min_seconds,
                most=settings.poll_max_seconds,
            )
            for listing in LISTINGS
        )
        every = walk.every_seconds(settings.requests_per_minute)
        # without a cursor the first poll goes to the end itself
        self.walks = tuple(
            Walk(listing, self._now + (0.0 if listing in cursors else every), every)
            for listing in LISTINGS
        )
        self._reader = Reader(
            self.tracker, subreddit=settings.subreddit, min_score=settings.min_score
        )
        self._backoff = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
        self._retry_at = self._now
        self._checkpoint_at = self._now + CHECKPOINT_SECONDS
        self._answered = False

    def run_once(self, stop: threading.Event) -> None:
        """Make the request that is due, or wait for the next thing to do.

        Raises RedditError or AwsError when only a person can mend it, NotDeliveredError when
        asked to stop while Kinesis takes nothing.
        """
        now = self._tick()
        if now >= self._checkpoint_at:
            self.checkpoint(stop)
        elif now >= self._edges.delivery.due_at():
            self._edges.delivery.flush(stop)
        now = self._tick()  # Kinesis may have taken its time
        request = next_request(self.courses, self.walks, self.tracker, self._budget, now)
        ready_at = max(request.at, self._retry_at)
        if ready_at > now:
            due_at = min(ready_at, self._checkpoint_at, self._edges.delivery.due_at())
            self._edges.clock.wait(due_at - now, stop)
            return
        self._ask(request)

    def checkpoint(self, stop: threading.Event) -> None:
        """Wait for acknowledgement, then save what changed."""
        self._edges.delivery.flush(stop)
        self.tracker.retire(self._now, min(each.seen_all_since for each in self.walks))
        courses = [course for course in self.courses if course.dirty]
        cohorts = [cohort for cohort in self.tracker.cohorts.values() if cohort.dirty]
        saved = Checkpoint(
            cursors=tuple(course.cursor for course in courses if course.cursor),
            cohorts=tuple(cohorts),
            retired=tuple(self.tracker.retired),
        )
        self._edges.state.save(saved, stop)
        for course in courses:
            course.dirty = False
        for cohort in cohorts:
            cohort.dirty = False
        self.tracker.retired.clear()
        self._tally.checkpoints += 1
        self._checkpoint_at = self._now + CHECKPOINT_SECONDS

    def lag_seconds(self, now: float) -> float:
        """Return how overdue the most overdue poll or fixed-age look is."""
        looks = [cohort.due_at(self.tracker.ages) for cohort in self.tracker.cohorts.values()]
        return overdue_seconds([*(course.due_at() for course in self.courses), *looks], now)

    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return sum(course.gaps_open for course in self.courses)

    def _tick(self) -> float:
        """Return the time, later than ever before."""
        self._now = max(self._edges.clock.now(), self._now + LEAST_TICK_SECONDS)
        return self._now

    def _ask(self, request: Request) -> None:
        try:
            if request.page is not None:
                self._turn_page(request.page)
            elif request.look is not None:
                self._look(request.look)
        except RateLimitedError as error:
            self._budget.refused(self._tick(), error.wait_seconds)
            self._edges.log.warning(events.REDDIT_RATE_LIMITED, wait_seconds=error.wait_seconds)
        except WORTH_ANOTHER_TRY as error:
            self._back_off(error)
            self._fail(request)
        else:
            self._answered = True
            self._backoff = self._backoff.succeeded()

    def _back_off(self, error: RedditError) -> None:
        self._backoff = self._backoff.failed()
        if self._is_hopeless(error):
            raise error
        seconds = self._backoff.seconds()
        self._retry_at = self._tick() + seconds
        self._edges.log.warning(
            events.REDDIT_UNAVAILABLE, reason=str(error), retry_seconds=round(seconds, 1)
        )

    def _fail(self, request: Request) -> None:
        """Let others have their turn before what fails again and again."""
        if request.page is not None:
            request.page.fail(self._now)
        elif request.look is not None:
            looking.put_off(request.look, self._now)

    def _is_hopeless(self, error: RedditError) -> bool:
        """Tell whether only a person can mend it; what worked before may work again."""
        failures = self._backoff.failures
        if isinstance(error, CredentialsWrongError):
            # a restart reads them anew: they may have been changed
            return not self._answered or failures >= CREDENTIALS_TRIES
        if self._answered:
            return False
        unreachable = isinstance(error, UnreachableError) and failures >= FIRST_TRIES
        return unreachable or isinstance(error, ForbiddenError | SubredditMissingError)

    def _turn_page(self, turned: Course | Walk) -> None:
        after = turned.anchor(self._now)
        page = self._edges.reddit.listing(turned.listing, after)
        now = self._tick()
        things = self._parse(page.items)
        self._send(self._reader.see(things, now, frozenset()), now)
        gap = turned.take(things, page.after, now)
        if gap is not None:
            self._report(gap, now)

    def _look(self, look: Look) -> None:
        items = self._edges.reddit.info(look.ids) if look.ids else []
        now = self._tick()
        due = [each for each in look.cohorts if each.due_at(self.tracker.ages) <= now]
        scheduled = frozenset(name for cohort in due for name in cohort.ids)
        things = self._parse(items)
        records = self._reader.see(things, now, scheduled)
        answered = {thing.id for thing in things}
        records += self._reader.miss((name for name in look.ids if name not in answered), now)
        self._send(records, now)
        for cohort in look.cohorts:
            passed = self.tracker.looked(cohort, now)
            self._tally.looks_skipped += max(0, passed - 1)
        self._tally.looks += 1
        self._tally.looks_extra += not due

    def _parse(self, items: Sequence[object]) -> list[Thing]:
        answer = reading.parse(items)
        for field in answer.malformed:
            self._tally.items_malformed += 1
            self._edges.log.warning(events.ITEM_MALFORMED, field=field)
        return answer.things

    def _send(self, records: Sequence[Record], now: float) -> None:
        self._edges.delivery.add(records, now)
        self._tally.observations.update(record["cause"] for record in records)

    def _report(self, gap: Gap, now: float) -> None:
        self._edges.delivery.add([gap_observation(gap, self._subreddit)], now)
        self._tally.observations["gap"] += 1
        self._edges.log.warning(
            events.GAP_FOUND,
            listing=gap.listing,
            from_at=format_instant(gap.from_at),
            to_at=format_instant(gap.to_at),
        )
