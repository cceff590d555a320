"""Job: whatever wants requests of Reddit, and the requests it makes."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from producer.gap import Gap
from producer.reddit.batch import Batch
from producer.reddit.purpose import Purpose
from producer.reddit.question import Answer, Question

__all__ = ["Job", "Purpose", "Request"]


class Request(NamedTuple):
    """One request; `ticket` is whatever its job wants back with the answer."""

    question: Question
    purpose: Purpose
    job: "Job"
    ticket: object = None


class Job(Protocol):
    """Asks one thing after another; all times are steady seconds.

    Every request that `ask` returned comes back exactly once, by `take` or by `fail`, in any
    order when several are in flight. Its things have been looked at before `take`. Whoever calls
    keeps a failing job waiting: `fail` need not.
    """

    @property
    def purpose(self) -> Purpose:
        """Return the purpose of what it would ask next."""

    def due_at(self, now: float) -> float:
        """Return when to ask; inf: nothing to ask, or as many as it may have are in flight."""

    def ask(self, now: float) -> Request | None:
        """Return the next request, which is then in flight; only when due.

        None: after a closer look there is nothing to ask.
        """

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:
        """Take in an answer; returns the gaps it found."""

    def fail(self, request: Request, now: float) -> None:
        """Note that a request was not answered."""
