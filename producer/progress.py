"""Progress: what every minute's log line says, to people and to CloudWatch."""

from collections import Counter

from contract import format_instant
from producer.events import Progress, Stopped
from producer.looks.recall import recall_percent
from producer.producer import Edges, Producer
from producer.reddit.budget import Budget
from producer.totals import Asked, Gauges, Totals, embedded
from telemetry.metrics import Embedded, figures

PROGRESS_SECONDS = 60.0


class Reporter:
    """Logs `progress` every 60 steady seconds, the first time that long after its making.

    A line's counts are those since the line before it, its gauges are of its moment. The clock only
    stamps. `report_if_due` is to be called with each step.
    """

    def __init__(
        self,
        producer: Producer,
        edges: Edges,
        budget: Budget,
        totals: Totals,
        *,
        subreddit: str,
    ) -> None:
        self._producer = producer
        self._log = edges.log
        self._clock = edges.clock
        self._steady = edges.steady
        self._budget = budget
        self._totals = totals
        self._subreddit = subreddit
        self._next_at = self._steady.now() + PROGRESS_SECONDS
        self._told: dict[str, float] = {}
        self._checkpoints = totals.checkpoints
        self._saved_at = self._steady.now()

    def report_if_due(self) -> None:
        """Log the line when its minute has come."""
        now = self._steady.now()
        if self._totals.checkpoints > self._checkpoints:
            self._checkpoints = self._totals.checkpoints
            self._saved_at = now
        if now >= self._next_at:
            self.report()

    def report(self) -> None:
        """Log what was counted since the last line, and where the producer stands."""
        self._next_at = self._steady.now() + PROGRESS_SECONDS
        counts = self.counts()
        since = {name: value - self._told.get(name, 0) for name, value in counts.items()}
        self._told = counts
        self._log.emit(Progress(format_instant(self._clock.now()), self._embedded(since)))

    def stopped(self) -> None:
        """Log the last line, and then all that was counted since the start."""
        self.report()
        gauges = self.gauges()
        self._log.emit(
            Stopped(format_instant(self._clock.now()), gauges, self._asked(), self._totals)
        )

    def given_up(self, records: int) -> None:
        """Count what will not be delivered."""
        self._totals.records_failed += records

    def counts(self) -> dict[str, float]:
        """Return what was counted since the start."""
        return figures(self._totals) | figures(self._asked())

    def gauges(self) -> Gauges:
        """Return where the producer stands."""
        now = self._steady.now()
        outbox = self._producer.outbox
        followers = self._producer.followers
        looks = [each.looks for each in followers]
        return Gauges(
            lease_held=1,
            requests_left=self._budget.left(now),
            in_flight=self._budget.pending,
            lag_seconds=round(self._producer.lag_seconds(now), 1),
            answered_seconds=round(now - self._producer.answered_at, 1),
            checkpoint_age_seconds=round(now - self._saved_at, 1),
            tracked=self._producer.tracked(),
            settle_due=sum(len(each.settle) for each in looks),
            swept=sum(each.sweep.waiting for each in looks),
            sweep_oldest_seconds=self._sweep_oldest_seconds(now),
            gaps_open=self._producer.gaps_open(),
            recall_percent=recall_percent((each.recall for each in followers), now),
            outbox_records=outbox.count(),
            outbox_bytes=outbox.bytes(),
            outbox_age_seconds=round(self._producer.outbox_age_seconds(), 1),
        )

    def _sweep_oldest_seconds(self, now: float) -> float | None:
        sweeps = [each.looks.sweep for each in self._producer.followers]
        ages = [each.oldest_seconds(now) for each in sweeps if each.waiting]
        return round(max(ages), 1) if ages else None

    def _asked(self) -> Asked:
        requests = Counter({str(each): count for each, count in self._budget.by_purpose.items()})
        return Asked(requests, self._budget.requests)

    def _embedded(self, counts: dict[str, float]) -> Embedded:
        shown = counts | figures(self.gauges())
        return embedded(self._subreddit, self._clock.now(), shown)
