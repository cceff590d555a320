"""Producer: one step at a time, from the next due request to its records and checkpoint.

Memory runs ahead of Kinesis by a few seconds of answers. A checkpoint first waits until all of
them are acknowledged; whoever dies before that reads them again.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple

from clock import Clock
from contract import format_instant
from producer.choice import Rest, next_request
from producer.delivery.record_buffer import RecordBuffer
from producer.errors import RateLimitedError
from producer.events import GapFound, ItemMalformed, RedditRateLimited, RedditUnavailable
from producer.listings.cursor_item import cursors_in, item_of_cursor
from producer.listings.full_scan import FullScan, every_seconds
from producer.listings.listing_poll import ListingPoll
from producer.listings.poll import Gap
from producer.looks.answer_reader import AnswerReader, parse
from producer.looks.cohort_item import cohort_key, cohorts_in, item_of_cohort
from producer.looks.look import Look
from producer.looks.observation import Record, gap_observation
from producer.looks.tracker import Tracker
from producer.patience import WORTH_ANOTHER_TRY, Patience
from producer.reddit.budget import Budget
from producer.reddit.client import Reddit
from producer.reddit.limits import LISTINGS
from producer.reddit.thing import Thing
from producer.settings import ProducerSettings
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from producer.state.saver import Keeper
from producer.totals import Totals
from telemetry import Log

CHECKPOINT_SECONDS = 60.0  # what is not checkpointed is read again
LEAST_TICK_SECONDS = 0.001  # the contract's resolution: no two answers share an instant


class Edges(NamedTuple):
    """Everything outside the producer."""

    reddit: Reddit
    buffer: RecordBuffer
    keeper: Keeper
    clock: Clock
    log: Log


class Producer:
    """The core that a daemon loops; it goes on from the checkpoint `saved`. Not thread-safe."""

    def __init__(
        self,
        settings: ProducerSettings,
        edges: Edges,
        saved: Sequence[Item],
        budget: Budget,
        totals: Totals,
    ) -> None:
        self._edges = edges
        self._budget = budget
        self._totals = totals
        self._subreddit = settings.reddit.subreddit
        self._now = edges.clock.now()
        cursors = {cursor.listing: cursor for cursor in cursors_in(saved)}
        cohorts = cohorts_in(saved)
        for cohort in cohorts:
            cohort.seen_at = self._now  # an outage is no proof that they left the listings
        self.tracker = Tracker(settings.look_ages_seconds, cohorts)
        self.polls = tuple(
            ListingPoll(
                listing,
                cursors.get(listing),
                self._now,
                least=settings.poll_min_seconds,
                most=settings.poll_max_seconds,
            )
            for listing in LISTINGS
        )
        every = every_seconds(settings.reddit.requests_per_minute)
        # without a cursor the first poll goes to the end itself
        self.scans = tuple(
            FullScan(listing, self._now + (0.0 if listing in cursors else every), every)
            for listing in LISTINGS
        )
        self._reader = AnswerReader(
            self.tracker, subreddit=self._subreddit, min_score=settings.min_score
        )
        self._patience = Patience()
        self._retry_at = self._now
        self._checkpoint_at = self._now + CHECKPOINT_SECONDS

    def run_once(self, stop: threading.Event) -> None:
        """Make the request that is due, or wait for the next thing to do.

        Raises RedditError or AwsError when only a person can fix it, LeaseLostError when another
        producer has taken over, NotDeliveredError when asked to stop while Kinesis takes nothing.
        """
        self._edges.keeper.raise_problem()
        now = self._tick()
        if now >= self._checkpoint_at:
            self.checkpoint(stop)
        elif now >= self._edges.buffer.due_at():
            self._edges.buffer.flush(stop)
        now = self._tick()  # Kinesis may have taken its time
        request = next_request(self.polls, self.scans, self.tracker, self._budget, now)
        ready_at = max(request.at, self._retry_at)
        if isinstance(request, Rest) or ready_at > now:
            due_at = min(ready_at, self._checkpoint_at, self._edges.buffer.due_at())
            self._edges.clock.wait(due_at - now, stop)
            return
        self._ask(request.subject)

    def checkpoint(self, stop: threading.Event) -> None:
        """Wait for acknowledgement, then hand over what changed."""
        self._edges.buffer.flush(stop)
        self.tracker.retire(self._now, min(scan.seen_all_since for scan in self.scans))
        polls = [poll for poll in self.polls if poll.dirty]
        cohorts = [cohort for cohort in self.tracker.cohorts.values() if cohort.dirty]
        subreddit = self._subreddit
        self._edges.keeper.keep(
            Checkpoint(
                puts=tuple(item_of_cohort(subreddit, each) for each in cohorts),
                deleted=tuple(cohort_key(subreddit, name) for name in self.tracker.retired),
                cursors=tuple(item_of_cursor(subreddit, p.cursor) for p in polls if p.cursor),
            )
        )
        for poll in polls:
            poll.dirty = False
        for cohort in cohorts:
            cohort.dirty = False
        self.tracker.retired.clear()
        self._checkpoint_at = self._now + CHECKPOINT_SECONDS

    def lag_seconds(self, now: float) -> float:
        """Return how overdue the most overdue poll or fixed-age look is."""
        looks = (cohort.due_at(self.tracker.ages) for cohort in self.tracker.cohorts.values())
        return max(0.0, now - min([*(poll.due_at() for poll in self.polls), *looks]))

    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return sum(poll.gaps_open for poll in self.polls)

    def _tick(self) -> float:
        """Return the time, later than ever before."""
        self._now = max(self._edges.clock.now(), self._now + LEAST_TICK_SECONDS)
        return self._now

    def _ask(self, subject: ListingPoll | FullScan | Look) -> None:
        try:
            self._answer(subject)
        except RateLimitedError as error:
            self._budget.refused(self._tick(), error.wait_seconds)
            self._edges.log.emit(RedditRateLimited(wait_seconds=error.wait_seconds))
        except WORTH_ANOTHER_TRY as error:
            self._patience = self._patience.failed()
            if self._patience.is_over(error):
                raise
            seconds = self._patience.backoff.seconds()
            self._retry_at = self._tick() + seconds
            self._edges.log.emit(
                RedditUnavailable(reason=str(error), retry_seconds=round(seconds, 1))
            )
            subject.fail(self._now)  # others have their turn before what fails again and again
        else:
            self._patience = self._patience.succeeded()

    def _answer(self, subject: ListingPoll | FullScan | Look) -> None:
        match subject:
            case ListingPoll():
                gap = subject.take(*self._turn_page(subject), self._now)
                if gap is not None:
                    self._report(gap)
            case FullScan():
                subject.take(*self._turn_page(subject))
            case Look():
                self._look(subject)

    def _turn_page(self, listed: ListingPoll | FullScan) -> tuple[list[Thing], str | None]:
        after = listed.anchor(self._now)
        page = self._edges.reddit.listing(listed.listing, after)
        now = self._tick()
        things = self._parse(page.items)
        self._send(self._reader.see(things, now, frozenset()))
        return things, page.after

    def _look(self, look: Look) -> None:
        items = self._edges.reddit.info(look.ids) if look.ids else []
        now = self._tick()
        due = [each for each in look.cohorts if each.due_at(self.tracker.ages) <= now]
        scheduled = frozenset(fullname for cohort in due for fullname in cohort.ids)
        things = self._parse(items)
        records = self._reader.see(things, now, scheduled)
        answered = {thing.id for thing in things}
        records += self._reader.miss((each for each in look.ids if each not in answered), now)
        self._send(records)
        for cohort in look.cohorts:
            passed = self.tracker.looked(cohort, now)
            self._totals.looks_skipped += max(0, passed - 1)
        self._totals.looks += 1
        self._totals.looks_extra += not due

    def _parse(self, items: Sequence[object]) -> list[Thing]:
        answer = parse(items)
        for field in answer.malformed:
            self._totals.items_malformed += 1
            self._edges.log.emit(ItemMalformed(field))
        return answer.things

    def _send(self, records: Sequence[Record]) -> None:
        self._edges.buffer.add(records, self._now)
        self._totals.observations.update(record["cause"] for record in records)

    def _report(self, gap: Gap) -> None:
        self._edges.buffer.add([gap_observation(gap, self._subreddit)], self._now)
        self._totals.observations["gap"] += 1
        from_at, to_at = format_instant(gap.from_at), format_instant(gap.to_at)
        self._edges.log.emit(GapFound(listing=gap.listing, from_at=from_at, to_at=to_at))
