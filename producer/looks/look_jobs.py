"""Look jobs: the looks at fixed ages and the extra ones, several in flight on other cohorts."""

from collections.abc import Callable, Sequence

from producer.gap import Gap
from producer.job import Purpose, Request
from producer.looks.look import Look, due_look, extra_look, next_extra_look_at, next_look_at
from producer.looks.tracker import Tracker
from producer.reddit.batch import Batch
from producer.reddit.question import Answer, Info
from producer.totals import Totals

RETRY_SECONDS = 60.0  # others have their turn before a look that failed
IN_FLIGHT = float("inf")


class LookJob:
    """Looks that one rule chooses from one tracker."""

    def __init__(
        self,
        purpose: Purpose,
        tracker: Tracker,
        totals: Totals,
        choose: Callable[[Tracker, float], Look | None],
        next_at: Callable[[Tracker], float],
    ) -> None:
        self.purpose = purpose
        self._tracker = tracker
        self._totals = totals
        self._choose = choose
        self._next_at = next_at

    def due_at(self, now: float) -> float:
        """Return when the next look may go; cohorts without a living id are done without one."""
        while (at := self._next_at(self._tracker)) <= now:
            look = self._choose(self._tracker, now)
            if look is None or look.ids:
                return at
            self._looked(look, now)
        return at

    def ask(self, now: float) -> Request:
        """Return the request of the next look."""
        look = self._choose(self._tracker, now)
        if look is None:
            raise RuntimeError("a look was asked for that is not due")
        for cohort in look.cohorts:
            cohort.retry_at = IN_FLIGHT
        return Request(Info(look.ids), self.purpose, self, look)

    def take(self, request: Request, _batch: Batch, _answer: Answer, now: float) -> Sequence[Gap]:
        """Note that the cohorts were looked at."""
        look = _look_of(request)
        due = any(each.due_at(self._tracker.ages) <= now for each in look.cohorts)
        self._totals.looks += 1
        self._totals.looks_extra += not due
        self._looked(look, now)
        return ()

    def fail(self, request: Request, now: float) -> None:
        """Let others go before a look that was not answered."""
        for cohort in _look_of(request).cohorts:
            cohort.retry_at = now + RETRY_SECONDS

    def _looked(self, look: Look, now: float) -> None:
        for cohort in look.cohorts:
            cohort.retry_at = 0.0
            passed = self._tracker.looked(cohort, now)
            self._totals.looks_skipped += max(0, passed - 1)


def fixed_looks(tracker: Tracker, totals: Totals) -> LookJob:
    """Return the looks at fixed ages."""
    return LookJob(Purpose.SETTLE, tracker, totals, due_look, next_look_at)


def extra_looks(tracker: Tracker, totals: Totals) -> LookJob:
    """Return the looks that spend what is left."""
    return LookJob(Purpose.LOOK, tracker, totals, extra_look, next_extra_look_at)


def _look_of(request: Request) -> Look:
    if not isinstance(request.ticket, Look):
        raise TypeError("a look came back without its cohorts")
    return request.ticket
