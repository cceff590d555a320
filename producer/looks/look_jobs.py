"""Look jobs: what the looks want asked; several requests of each may be in flight."""

from collections.abc import Callable, Sequence

from producer.gap import Gap
from producer.job import Job, Purpose, Request
from producer.looks.looks import Looks
from producer.looks.requests import Asked, LookRequests
from producer.reddit.batch import Batch
from producer.reddit.question import Answer, Info
from producer.totals import Totals


class LookJob:
    """Asks for rows that `ask` chooses, when `due_at` says so.

    What an answer showed has been seen, and what it lacked missed, before `take`.
    """

    def __init__(
        self,
        purpose: Purpose,
        requests: LookRequests,
        totals: Totals,
        due_at: Callable[[float], float],
        ask: Callable[[float], Asked],
    ) -> None:
        self.purpose = purpose
        self.due_at = due_at
        self._requests = requests
        self._totals = totals
        self._ask = ask

    def ask(self, now: float) -> Request | None:
        """Return the next request; None: nobody may be looked at just now."""
        asked = self._ask(now)
        if not asked.ids:
            return None
        return Request(Info(asked.ids), self.purpose, self, asked)

    def take(self, request: Request, _batch: Batch, _answer: Answer, _now: float) -> Sequence[Gap]:
        """Count a look."""
        self._totals.looks += 1
        self._totals.looks_extra += request.purpose is Purpose.LOOK
        return ()

    def fail(self, request: Request, now: float) -> None:
        """Let others go before rows that were not answered."""
        if isinstance(request.ticket, Asked):
            self._requests.failed(request.ticket, now)


def look_jobs(looks: Looks, totals: Totals) -> tuple[Job, ...]:
    """Return the guaranteed looks, the sweep, and the looks that go by value."""
    asks = looks.requests
    return (
        LookJob(Purpose.SETTLE, asks, totals, asks.settle_due_at, asks.ask_settle),
        LookJob(Purpose.SWEEP, asks, totals, asks.sweep_due_at, asks.ask_sweep),
        LookJob(Purpose.LOOK, asks, totals, asks.due_at, asks.ask),
    )
