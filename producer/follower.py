"""Follower: one subreddit, what is known of it and the jobs that ask for more."""

from collections.abc import Sequence
from typing import NamedTuple

from contract import format_instant
from producer.delivery.record_buffer import RecordBuffer
from producer.events import GapClosed, GapFound, ItemMalformed
from producer.gap import Gap, GapStatus
from producer.job import Job, Purpose, Request
from producer.listings.cursor_item import cursors_in, item_of_cursor
from producer.listings.deep_polls import DeepPolls
from producer.listings.full_scan import FullScan, every_seconds
from producer.listings.listing import Listing
from producer.listings.listing_poll import ListingPoll
from producer.listings.repair import Repair
from producer.looks.answer_reader import REPAIR, AnswerReader
from producer.looks.cohort_item import cohort_key, cohorts_in, item_of_cohort
from producer.looks.look_jobs import extra_looks, fixed_looks
from producer.looks.observation import Record, gap_observation
from producer.looks.threads import Threads
from producer.looks.tracker import Tracker
from producer.reddit.batch import Batch, Malformed
from producer.reddit.limits import LISTINGS
from producer.reddit.question import Answer, Info
from producer.settings import ProducerSettings
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from producer.totals import Totals
from telemetry import Log


class Outlets(NamedTuple):
    """Where a follower's records, counts and log lines go."""

    buffer: RecordBuffer
    totals: Totals
    log: Log


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
        outlets: Outlets,
        now: float,
    ) -> None:
        self.subreddit = subreddit
        self._outlets = outlets
        cursors = {cursor.listing: cursor for cursor in cursors_in(saved)}
        cohorts = cohorts_in(saved)
        for cohort in cohorts:
            cohort.seen_at = now  # an outage is no proof that they left the listings
        self.tracker = Tracker(settings.look_ages_seconds, cohorts)
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
        self.repair = Repair(self.listings, Threads(self.tracker))
        self.jobs: tuple[Job, ...] = (
            *self.polls,
            *map(DeepPolls, self.listings),
            *self.scans,
            self.repair,
            fixed_looks(self.tracker, outlets.totals),
            extra_looks(self.tracker, outlets.totals),
        )
        self._reader = AnswerReader(self.tracker, subreddit=subreddit, min_score=settings.min_score)

    def take(self, request: Request, answer: Answer, batch: Batch, moment: Moment) -> None:
        """Take in an answer: first what it shows, then what it means for whoever asked."""
        now, observed_at = moment
        hid = self.repair.hid if request.purpose is Purpose.REPAIR else _nothing
        records = self._reader.see(batch.things, now, observed_at, hid=hid)
        self.repair.found(sum(record["cause"] == REPAIR for record in records))
        if isinstance(request.question, Info):
            answered = set(batch.ids)
            absent = [each for each in request.question.ids if each not in answered]
            records += self._reader.miss(absent, now, observed_at)
        self._send(records, now)
        for gap in request.job.take(request, batch, answer, now):
            self._report(gap, moment)

    def refuse(self, malformed: Sequence[Malformed], _moment: Moment) -> None:
        """Note items that cannot become observations."""
        for each in malformed:
            self._outlets.totals.items_malformed += 1
            self._outlets.log.emit(ItemMalformed(each.field))

    def changes(self, now: float) -> Checkpoint:
        """Return what changed since the last time, to be kept once all of it is acknowledged."""
        self.tracker.retire(now, min(scan.seen_all_since for scan in self.scans))
        listings = [listing for listing in self.listings if listing.dirty]
        cohorts = [cohort for cohort in self.tracker.cohorts.values() if cohort.dirty]
        cursors = (listing.cursor for listing in listings)
        subreddit = self.subreddit
        changed = Checkpoint(
            puts=tuple(item_of_cohort(subreddit, each) for each in cohorts),
            deleted=tuple(cohort_key(subreddit, name) for name in self.tracker.retired),
            cursors=tuple(item_of_cursor(subreddit, each) for each in cursors if each),
        )
        for listing in listings:
            listing.dirty = False
        for cohort in cohorts:
            cohort.dirty = False
        self.tracker.retired.clear()
        return changed

    def late_since(self) -> float:
        """Return when the most overdue poll or fixed-age look fell due."""
        looks = (cohort.due_at(self.tracker.ages) for cohort in self.tracker.cohorts.values())
        return min([*(poll.late_since() for poll in self.polls), *looks])

    def gaps_open(self) -> int:
        """Return how many holes are known."""
        return sum(listing.gaps_open for listing in self.listings)

    def _send(self, records: Sequence[Record], now: float) -> None:
        self._outlets.buffer.add(records, now)
        self._outlets.totals.observations.update(record["cause"] for record in records)

    def _report(self, gap: Gap, moment: Moment) -> None:
        record = gap_observation(gap, observed_at=moment.observed_at, subreddit=self.subreddit)
        self._outlets.buffer.add([record], moment.now)
        self._outlets.totals.observations["gap"] += 1
        from_at, to_at = format_instant(gap.from_at), format_instant(gap.to_at)
        if gap.status == GapStatus.OPEN:
            self._outlets.log.emit(GapFound(gap.listing, from_at, to_at))
        else:
            closed = GapClosed(gap.listing, from_at, to_at, str(gap.status), gap.recovered)
            self._outlets.log.emit(closed)


def _nothing(_created_at: float) -> bool:
    return False
