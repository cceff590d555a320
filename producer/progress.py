"""Progress: what every minute's log line says, to people and to CloudWatch."""

from contract import format_instant
from producer.events import Progress
from producer.producer import Producer
from producer.reddit.budget import Budget
from producer.totals import NAMESPACE, Gauges, Totals
from telemetry import Log
from telemetry.metrics import Embedded, declared, figures

PROGRESS_SECONDS = 60.0
UNITS = {each.name: each.unit for group in (Totals, Gauges) for each in declared(group)}


class Reporter:
    """Logs `progress` every 60 clock seconds, the first time that long after `now`.

    A line's counts are those since the line before it, its gauges are of its moment.
    """

    def __init__(
        self, producer: Producer, budget: Budget, totals: Totals, subreddit: str, now: float
    ) -> None:
        self.totals = totals
        self._producer = producer
        self._budget = budget
        self._subreddit = subreddit
        self._next_at = now + PROGRESS_SECONDS
        self._told: dict[str, float] = {}

    def report_if_due(self, now: float, log: Log) -> None:
        """Log the line when its minute has come."""
        if now >= self._next_at:
            self._next_at = now + PROGRESS_SECONDS
            self.report(now, log)

    def report(self, now: float, log: Log) -> None:
        """Log what was counted since the last line, and where the producer stands."""
        counts = self.counts()
        since = {name: value - self._told.get(name, 0) for name, value in counts.items()}
        self._told = counts
        shown = since | figures(self.gauges(now))
        metrics = Embedded(NAMESPACE, {"subreddit": self._subreddit}, now, shown, UNITS)
        log.emit(Progress(format_instant(now), metrics))

    def counts(self) -> dict[str, float]:
        """Return what was counted since the start."""
        return figures(self.totals)

    def gauges(self, now: float) -> Gauges:
        """Return where the producer stands."""
        return Gauges(
            requests=self._budget.requests,
            requests_left=self._budget.left(now),
            lag_seconds=round(self._producer.lag_seconds(now), 1),
            tracked=self._producer.tracked(),
            gaps_open=self._producer.gaps_open(),
        )
