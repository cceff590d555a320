"""Look: which cohorts the next /api/info request asks for."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from producer.looks.cohort import COHORT_IDS, Cohort
from producer.looks.tracker import Tracker

LAST_AGE_SECONDS = 24 * 3600.0  # looks from this age on are never given up, so they go first
EXTRA_LOOK_SECONDS = 60.0  # no extra look sooner after the last one


class Look(NamedTuple):
    """One request: the ids of these cohorts, at most 100 together."""

    cohorts: tuple[Cohort, ...]
    ids: tuple[str, ...]


def due_look(tracker: Tracker, now: float) -> Look | None:
    """Return the fixed-age look to make now, the last ages first, then the most overdue."""
    ages = tracker.ages
    due = [each for each in tracker.cohorts.values() if _askable_at(each, ages) <= now]
    due.sort(key=lambda each: (ages[each.looks_done] < LAST_AGE_SECONDS, each.due_at(ages)))
    return pack(due)


def extra_look(tracker: Tracker, now: float) -> Look | None:
    """Return how to spend a spare request: on the cohorts looked at longest ago."""
    ages = tracker.ages
    waiting = [
        cohort
        for cohort in tracker.cohorts.values()
        if cohort.looks_done < len(ages)
        and now - cohort.looked_at >= EXTRA_LOOK_SECONDS
        and cohort.retry_at <= now
    ]
    return pack(sorted(waiting, key=lambda each: each.looked_at))


def next_look_at(tracker: Tracker) -> float:
    """Return when the next fixed-age look is due and may go."""
    dues = (_askable_at(cohort, tracker.ages) for cohort in tracker.cohorts.values())
    return min(dues, default=float("inf"))


def next_extra_look_at(tracker: Tracker) -> float:
    """Return when an extra look may go."""
    ages = tracker.ages
    waiting = (
        max(cohort.looked_at + EXTRA_LOOK_SECONDS, cohort.retry_at)
        for cohort in tracker.cohorts.values()
        if cohort.looks_done < len(ages)
    )
    return min(waiting, default=float("inf"))


def pack(cohorts: Iterable[Cohort]) -> Look | None:
    """Fill one request with whole cohorts in the given order."""
    chosen: list[Cohort] = []
    ids: list[str] = []
    for cohort in cohorts:
        live = cohort.live_ids()
        if chosen and len(ids) + len(live) > COHORT_IDS:
            break
        chosen.append(cohort)
        ids.extend(live)
    return Look(tuple(chosen), tuple(ids)) if chosen else None


def _askable_at(cohort: Cohort, ages: Sequence[float]) -> float:
    return max(cohort.due_at(ages), cohort.retry_at)
