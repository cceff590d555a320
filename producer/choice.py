"""Choice: which job asks Reddit next. By purpose, then by how long it has been due."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from producer.job import Job
from producer.reddit.budget import Budget
from producer.reddit.purpose import PRIORITY, Purpose

NEVER = float("inf")


class Choice(NamedTuple):
    """The job whose request may go now; without one, when to choose again (inf: on a reply)."""

    job: Job | None
    at: float


def choose(
    jobs: Iterable[Job], held: Mapping[Job, float], budget: Budget, now: float, *, spare: bool
) -> Choice:
    """Choose among what is due now.

    `held` jobs wait until their moment. Without `spare` no value look goes: it might keep what
    is new waiting.
    """
    ready: dict[Purpose, float] = {}
    best: tuple[int, float] | None = None
    chosen: Job | None = None
    wait = NEVER
    for job in jobs:
        purpose = job.purpose
        if purpose is Purpose.LOOK and not spare:
            continue
        if best is not None and PRIORITY[purpose] > best[0]:
            continue  # whenever it is due
        due_at = max(job.due_at(now), held.get(job, 0.0))
        if due_at > now:
            wait = min(wait, due_at)
            continue
        at = ready.get(purpose)
        if at is None:
            at = ready[purpose] = budget.ready_at(now, purpose)
        if at > now:
            wait = min(wait, at)
        elif best is None or (PRIORITY[purpose], due_at) < best:
            best = (PRIORITY[purpose], due_at)
            chosen = job
    return Choice(chosen, now if chosen else wait)
