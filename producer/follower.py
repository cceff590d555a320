"""Follower: one subreddit, what is known of it and the jobs that ask for more."""

from collections.abc import Container, Sequence
from typing import NamedTuple

from contract import format_instant
from producer.delivery.dead_letter import malformed
from producer.delivery.outbox import Outbox
from producer.events import GapClosed, GapFound
from producer.gap import Gap, GapStatus
from producer.job import Job, Request
from producer.listings.cursor_item import cursors_in, item_of_cursor
from producer.listings.deep_polls import DeepPolls
from producer.listings.full_scan import FullScan, every_seconds
from producer.listings.listing import Listing
from producer.listings.listing_poll import ListingPoll
from producer.listings.repair import Repair, Turn
from producer.looks.answer_reader import REPAIR, AnswerReader, Told
from producer.looks.cohort_item import cohort_key, cohorts_in, items_of
from producer.looks.crossing_item import crossing_key, items_of_peaks, peaks_in
from producer.looks.look_jobs import look_jobs
from producer.looks.looks import Looks
from producer.looks.observation import gap_observation
from producer.looks.recall import RecallEstimate
from producer.looks.requests import Asked
from producer.reddit.batch import Batch, Malformed
from producer.reddit.limits import LISTINGS
from producer.reddit.question import Answer
from producer.settings import ProducerSettings
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from producer.state.saver import Keeper
from producer.totals import Totals
from telemetry import Log


class Shared(NamedTuple):
    """What all followers of a process have together.

    Where their records, first crossings, counts and log lines go, and whose `turn` it is.
    """

    outbox: Outbox
    keeper: Keeper
    totals: Totals
    log: Log
    turn: Turn


class Moment(NamedTuple):
    """When an answer came: `now` in steady seconds, `observed_at` as the wall's stamp."""

    now: float
    observed_at: float


class Follower:
    """Goes on from what was `saved` of its subreddit. Not thread-safe."""

    def __init__(
        self,
        settings: ProducerSettings,
        subreddit: str,
        saved: Sequence[Item],
        shared: Shared,
        now: float,
    ) -> None:
        self.subreddit = subreddit
        self._shared = shared
        cursors = {cursor.listing: cursor for cursor in cursors_in(saved)}
        self.looks = Looks(
            settings.look_ages_seconds,
            min_score=settings.min_score,
            retention_days=settings.lake_retention_days,
        )
        peaks = peaks_in(saved)
        self.looks.load(cohorts_in(saved), now, peaks)
        self._uncovered = set(peaks)
        self.recall = RecallEstimate(now)
        self.listings = tuple(Listing(subreddit, name, cursors.get(name)) for name in LISTINGS)
        least, most = settings.poll_min_seconds, settings.poll_max_seconds
        self.polls = tuple(
            ListingPoll(listing, now, least=least, most=most) for listing in self.listings
        )
        every = every_seconds(settings.reddit.requests_per_minute)
        # without a cursor the first poll goes to the end itself
        self.scans = tuple(
            FullScan(listing, now + (0.0 if listing.cursor else every), every)
            for listing in self.listings
        )
        self.repair = Repair(self.listings, self.looks.threads, shared.turn)
        self.jobs: tuple[Job, ...] = (
            *self.polls,
            *map(DeepPolls, self.listings),
            *self.scans,
            self.repair,
            *look_jobs(self.looks, shared.totals),
        )
        self._reader = AnswerReader(
            self.looks,
            subreddit=subreddit,
            hid=self.repair.hid,
            totals=shared.totals,
            log=shared.log,
        )

    def see(self, request: Request, answer: Answer, batch: Batch, moment: Moment) -> None:
        """Take in what an answer shows and lacks, and send what there is to tell of it."""
        now, observed_at = moment
        try:
            told = self._reader.see(batch, request, now, observed_at)
            # whoever dies right after a record says that it crossed must know so when back
            self._shared.keeper.note(items_of_peaks(self.subreddit, told.peaks, observed_at))
            self._send(told, moment)
        except Exception:
            self.looks.unsent(batch.ids)
            raise
        if told.peaks:
            self.recall.crossed(_births(batch, told.peaks), now)
        self.repair.found(sum(record["cause"] == REPAIR for record in told.records))
        if isinstance(request.ticket, Asked):
            missed = self.looks.requests.answered(request.ticket, _unreadable(answer, batch), now)
            try:
                told = self._reader.miss(missed, request.purpose, now, observed_at)
                self._send(told, moment)
            except Exception:
                self.looks.unsent(missed)
                raise

    def take(self, request: Request, answer: Answer, batch: Batch, moment: Moment) -> None:
        """Take in what an answer that was seen means for whoever asked."""
        for gap in request.job.take(request, batch, answer, moment.now):
            self._report(gap, moment)

    def refuse(self, items: Sequence[Malformed], moment: Moment) -> None:
        """Send a dead letter of items that cannot become observations, one for each id."""
        self._shared.totals.items_malformed += len(items)
        letters = (
            malformed(
                each.raw, each.field, subreddit=self.subreddit, observed_at=moment.observed_at
            )
            for each in items
        )
        self._shared.outbox.report(letters, moment.now)

    def changes(self, now: float) -> Checkpoint:
        """Return what changed since the last time, to be kept once all of it is acknowledged."""
        self.looks.tidy(now, {name for listing in self.listings for name in listing.recent})
        kept = self.looks.changed()
        # a peak of an earlier life whose id has not been seen again is in no cohort yet
        covered = {each for each in self._uncovered if each in self.looks.table}
        self._uncovered -= covered
        listings = [listing for listing in self.listings if listing.dirty]
        cursors = (listing.cursor for listing in listings)
        subreddit = self.subreddit
        changed = Checkpoint(
            puts=items_of(subreddit, kept),
            deleted=(
                *(cohort_key(subreddit, name) for name in kept.deleted),
                *(crossing_key(subreddit, each) for each in covered),
            ),
            cursors=tuple(item_of_cursor(subreddit, each) for each in cursors if each),
        )
        for listing in listings:
            listing.dirty = False
        return changed

    def late_since(self) -> float:
        """Return when the most overdue poll or guaranteed look fell due."""
        return min([*(poll.late_since() for poll in self.polls), self.looks.requests.late_since()])

    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return sum(listing.gaps_open for listing in self.listings)

    def _send(self, told: Told, moment: Moment) -> None:
        self._shared.outbox.add(told.records, moment.now)
        self._shared.totals.observations.update(record["cause"] for record in told.records)
        if told.malformed:
            self.refuse(told.malformed, moment)

    def _report(self, gap: Gap, moment: Moment) -> None:
        record = gap_observation(gap, observed_at=moment.observed_at, subreddit=self.subreddit)
        self._shared.outbox.add([record], moment.now)
        self._shared.totals.observations["gap"] += 1
        from_at, to_at = format_instant(gap.from_at), format_instant(gap.to_at)
        if gap.status == GapStatus.OPEN:
            self._shared.log.emit(GapFound(gap.listing, from_at, to_at))
        else:
            closed = GapClosed(gap.listing, from_at, to_at, str(gap.status), gap.recovered)
            self._shared.log.emit(closed)


def _births(batch: Batch, ids: Container[str]) -> list[float]:
    """Return when these comments of an answer were created."""
    rows = zip(batch.ids, batch.created_at.tolist(), batch.post_ids, strict=True)
    return [created_at for name, created_at, post_id in rows if name in ids and post_id]


def _unreadable(answer: Answer, batch: Batch) -> set[str]:
    """Return the ids that an answer holds in a form that cannot be read."""
    if len(answer.items) == len(batch):
        return set()
    named = {item.get("name") for item in answer.items if isinstance(item, dict)}
    return {str(name) for name in named}.difference(batch.ids)
