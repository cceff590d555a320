"""Together: looks by value that go several at a time, so that a simulated day takes less long.

At a hundred requests a minute a look by value goes every second. A simulation lets those of a few
seconds go at once: each of them a few seconds early or late, but as many as ever, and chosen by the
same rule among the same rows.
"""

from collections.abc import Sequence

from producer.gap import Gap
from producer.job import Job, Purpose, Request
from producer.looks.looks import Looks
from producer.reddit.batch import Batch
from producer.reddit.budget import MINUTE_SECONDS, Budget
from producer.reddit.limits import INFO_IDS
from producer.reddit.question import Answer, Info

SECONDS = 4.0  # of looks that go at once: far less than any of them waits
REQUESTS_MOST = 6


def requests_together(budget: Budget) -> int:
    """Return how many looks go at once."""
    return min(REQUESTS_MOST, max(1, int(SECONDS * budget.per_minute / MINUTE_SECONDS)))


def requests_in(request: Request) -> int:
    """Return how many requests of Reddit's API a simulated one stands for."""
    if request.purpose is Purpose.LOOK and isinstance(request.question, Info):
        return max(1, -(-len(request.question.ids) // INFO_IDS))
    return 1


class Together:
    """The job of the looks by value, put off until the turn of the last of them has come."""

    purpose = Purpose.LOOK

    def __init__(self, job: Job, looks: Looks, budget: Budget) -> None:
        self._job = job
        self._looks = looks
        self._budget = budget
        self._requests = requests_together(budget)
        self._spacing = MINUTE_SECONDS / budget.per_minute
        self._next_at = 0.0

    def others_went(self) -> None:
        """Note a request that is no look by value: the looks have their turn that much later."""
        self._next_at += self._spacing

    def due_at(self, now: float) -> float:
        """Return when the next ones go."""
        if now < self._next_at:
            return self._next_at
        requests = min(self._requests, self._budget.left(now))
        self._looks.requests.ids_per_look = max(1, requests) * INFO_IDS
        return self._job.due_at(now)

    def ask(self, now: float) -> Request | None:
        """Return all of them as one request."""
        request = self._job.ask(now)
        if request is None:
            return None
        self._next_at = now + self._spacing * requests_in(request)
        return request._replace(job=self)

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:
        """Take in what was answered to them."""
        return self._job.take(request, batch, answer, now)

    def fail(self, request: Request, now: float) -> None:
        """Note that they were not answered."""
        self._job.fail(request, now)
