"""Progress: what every minute's log line shows."""

from contract import format_instant
from producer.events import Progress
from producer.producer import Producer
from producer.reddit.budget import Budget
from producer.totals import Gauges, Totals
from telemetry import Log

PROGRESS_SECONDS = 60.0


class Reporter:
    """Logs `progress` every 60 clock seconds, the first time that long after `now`."""

    def __init__(self, producer: Producer, budget: Budget, totals: Totals, now: float) -> None:
        self.totals = totals
        self._producer = producer
        self._budget = budget
        self._next_at = now + PROGRESS_SECONDS

    def report_if_due(self, now: float, log: Log) -> None:
        """Log the line when its minute has come."""
        if now >= self._next_at:
            self._next_at = now + PROGRESS_SECONDS
            log.emit(Progress(self.gauges(now), self.totals))

    def gauges(self, now: float) -> Gauges:
        """Return where the producer stands."""
        return Gauges(
            at=format_instant(now),
            requests=self._budget.requests,
            requests_left=self._budget.left(now),
            lag_seconds=round(self._producer.lag_seconds(now), 1),
            tracked=len(self._producer.tracker),
            gaps_open=self._producer.gaps_open(),
        )
