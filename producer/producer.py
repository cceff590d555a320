"""Producer: one step at a time, from the requests that may go to the answers that came.

It never waits for Reddit while something else could be done, nor for Kinesis and DynamoDB: records
go into the outbox, and a checkpoint says up to which of them it covers what was read. While the
outbox is full nothing is asked.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from clock import Clock, Steady
from producer.asker import Asker, Reply
from producer.choice import choose
from producer.delivery.outbox import Outbox
from producer.errors import RateLimitedError, RedditError
from producer.events import (
    AnswerFailed,
    OutboxFull,
    PageEmpty,
    RedditRateLimited,
    RedditUnavailable,
)
from producer.follower import Follower, Moment
from producer.job import Request
from producer.patience import WORTH_ANOTHER_TRY
from producer.recovery import Recovery
from producer.reddit.batch import read
from producer.reddit.budget import Budget
from producer.reddit.question import Answer, ListingPage
from producer.stamps import Stamps
from producer.state.checkpoint import Checkpoint
from producer.state.saver import Keeper
from producer.totals import Totals
from telemetry import Log

CHECKPOINT_SECONDS = 60.0  # what is not checkpointed is read again
LONGEST_WAIT_SECONDS = 2.0  # whoever loops has things to do of its own
FULL_SECONDS = 1.0  # how often a full outbox is looked at
MOST_DEFECTS = 50  # answers in a row that could not be taken in


class Edges(NamedTuple):
    """Everything outside the producer; `steady` is what it schedules by."""

    asker: Asker
    outbox: Outbox
    keeper: Keeper
    clock: Clock
    steady: Steady
    log: Log


class Producer:
    """The core that a daemon loops, for several subreddits on one budget. Not thread-safe.

    `answered_at` is when Reddit answered last, in steady seconds.
    """

    def __init__(
        self, followers: Sequence[Follower], edges: Edges, budget: Budget, totals: Totals
    ) -> None:
        self.followers = tuple(followers)
        self.answered_at = edges.steady.now()
        self._edges = edges
        self._budget = budget
        self._totals = totals
        self._jobs = tuple(job for follower in followers for job in follower.jobs)
        self._follower_of = {job: each for each in followers for job in each.jobs}
        self._sent_at: dict[int, float] = {}
        self._stamps = Stamps()
        self._recovery = Recovery(self._follower_of)
        self._defects = 0
        self._full = False
        self._checkpoint_at = edges.steady.now() + CHECKPOINT_SECONDS

    def run_once(self, stop: threading.Event) -> None:
        """Send the requests that may go, then take what came or wait for the next thing to do.

        Raises RedditError, AwsError or OutboxError when only a person can fix it, LeaseLostError
        when another producer has taken over.
        """
        self._edges.keeper.raise_problem()
        self._edges.outbox.raise_problem()
        now = self._edges.steady.now()
        if now >= self._checkpoint_at:
            self.checkpoint()
        next_at = min(self._send(now), self._checkpoint_at)
        seconds = min(max(0.0, next_at - now), LONGEST_WAIT_SECONDS)
        for reply in self._edges.asker.replies(seconds, stop):
            self._take(reply)

    def settle(self, give_up: threading.Event) -> bool:
        """Take what is in flight and ask nothing; False when `give_up` was set before the last.

        An answer that waited for a frozen process would be stamped with the time of its thaw.
        """
        while self._sent_at and not give_up.is_set():
            for reply in self._edges.asker.replies(LONGEST_WAIT_SECONDS, give_up):
                self._take(reply)
        return not self._sent_at

    def abandon(self) -> None:
        """End without waiting for what is in flight: it is another producer's turn."""
        self._edges.asker.abandon()

    def now(self) -> float:
        """Return the steady time that everything is scheduled by."""
        return self._edges.steady.now()

    def finish(self) -> None:
        """Take what is still in flight and is answered soon, and hand over all that changed."""
        for reply in self._edges.asker.close():
            if reply.error is None:  # nothing is asked again after the end
                self._take(reply)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Hand over what changed, to be saved once the outbox's records of it are acknowledged."""
        now = self._edges.steady.now()
        changes = [follower.changes(now) for follower in self.followers]
        self._edges.keeper.keep(
            Checkpoint(
                sequence=self._edges.outbox.add((), now),
                puts=tuple(item for each in changes for item in each.puts),
                deleted=tuple(key for each in changes for key in each.deleted),
                cursors=tuple(item for each in changes for item in each.cursors),
            )
        )
        self._checkpoint_at = now + CHECKPOINT_SECONDS

    def lag_seconds(self, now: float) -> float:
        """Return how overdue the most overdue poll or fixed-age look is."""
        return max(0.0, now - min(follower.late_since() for follower in self.followers))

    def tracked(self) -> int:
        """Return how many ids are looked at again."""
        return sum(len(follower.looks) for follower in self.followers)

    @property
    def outbox(self) -> Outbox:
        """What waits for Kinesis."""
        return self._edges.outbox

    def outbox_age_seconds(self) -> float:
        """Return for how long the oldest record has waited for Kinesis."""
        return self._edges.outbox.age(self._edges.steady.now())

    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return sum(follower.gaps_open() for follower in self.followers)

    def _send(self, now: float) -> float:
        """Send all that may go now; returns when to choose again (inf: on a reply)."""
        if now < self._recovery.retry_at:
            return self._recovery.retry_at
        if self._is_full():
            return now + FULL_SECONDS
        asker = self._edges.asker
        while free := asker.free():
            if self._sent_at and self._recovery.doubts:
                break  # one request tells whether Reddit is back
            spare = free > 1 or not self._sent_at
            choice = choose(self._jobs, self._recovery.held, self._budget, now, spare=spare)
            if choice.job is None:
                return choice.at
            request = choice.job.ask(now)
            if request is None:
                self._recovery.put_off(choice.job, now)
                continue
            self._budget.sent(request.purpose, now)
            self._sent_at[id(request)] = now
            asker.send(request)
        return float("inf")

    def _is_full(self) -> bool:
        outbox = self._edges.outbox
        full = outbox.full()
        if full and not self._full:
            self._edges.log.emit(OutboxFull(bytes=outbox.bytes(), records=outbox.count()))
        self._full = full
        return full

    def _take(self, reply: Reply) -> None:
        request = reply.request
        sent_at = self._sent_at.pop(id(request))
        self._budget.returned()
        now = self._edges.steady.now()
        if reply.error is not None:
            self._fail(request, reply.error, sent_at, now)
        elif reply.answer is not None:
            self.answered_at = now
            self._recovery.answered(request.job)
            self._answer(request, reply.answer, now)

    def _answer(self, request: Request, answer: Answer, now: float) -> None:
        moment = Moment(now, self._stamps.next(self._edges.clock.now()))
        follower = self._follower_of[request.job]
        returned = False
        try:
            batch, malformed = read(answer)
            follower.refuse(malformed, moment)
            if not batch.ids and (listing := _first_page(request)):
                self._edges.log.emit(PageEmpty(listing))
                returned = True
                request.job.fail(request, now)
                self._recovery.put_off(request.job, now)
                return
            follower.see(request, answer, batch, moment)
            returned = True
            follower.take(request, answer, batch, moment)
        except Exception as error:
            # whatever one answer does to us, the others are still to be read
            self._defects += 1
            self._edges.log.emit(AnswerFailed(error=type(error).__name__, purpose=request.purpose))
            if not returned:  # a request comes back to its job once
                with suppress(Exception):  # the job itself may have the defect
                    request.job.fail(request, now)
            self._recovery.put_off(request.job, now)
            if self._defects >= MOST_DEFECTS:
                raise
        else:
            self._defects = 0
            self._recovery.succeeded(request.job)

    def _fail(self, request: Request, error: RedditError, sent_at: float, now: float) -> None:
        if isinstance(error, RateLimitedError):
            self._budget.refused(now, error.wait_seconds)
            self._edges.log.emit(RedditRateLimited(wait_seconds=error.wait_seconds))
            request.job.fail(request, now)
            return
        if not isinstance(error, WORTH_ANOTHER_TRY):
            raise error
        request.job.fail(request, now)
        seconds = self._recovery.failed(request.job, error, sent_at, now)
        self._edges.log.emit(RedditUnavailable(reason=str(error), retry_seconds=round(seconds, 1)))


def _first_page(request: Request) -> str | None:
    """Return the listing whose newest page was asked for."""
    match request.question:
        case ListingPage(_, listing, None):
            return listing
    return None
