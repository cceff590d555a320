"""Tracker: every id that is still looked at, in cohorts."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from producer.looks.cohort import COHORT_IDS, Cohort
from producer.looks.known import Known

HOUR_SECONDS = 3600.0
FRESH_SPAN_SECONDS = 300  # a third of the first look's age: no id is much late for it
RIPE_SPAN_SECONDS = 1800
RIPE_AGE_SECONDS = 3 * HOUR_SECONDS
ANY_SPAN = 0
FORGET_SECONDS = HOUR_SECONDS  # how long after its last sighting a finished cohort goes


class Tracker:
    """The cohorts, and where each id is. Not thread-safe.

    `ages` are the fixed ages in seconds, ascending; `cohorts` is what a checkpoint held.
    """

    def __init__(self, ages: Sequence[float], cohorts: Iterable[Cohort] = ()) -> None:
        self.ages = tuple(ages)
        self.cohorts: dict[str, Cohort] = {}
        self.retired: list[str] = []
        self._places: dict[str, tuple[Cohort, int]] = {}
        self._open: dict[tuple[int, int], Cohort] = {}
        for cohort in cohorts:
            self._adopt(cohort)

    def __len__(self) -> int:
        return len(self._places)

    def get(self, fullname: str) -> Known | None:
        """Return what is known of an id."""
        found = self._places.get(fullname)
        return found[0].row(found[1]) if found else None

    def put(self, known: Known, *, now: float, keep: bool) -> None:
        """Remember a row; `keep`: a checkpoint must hold it."""
        found = self._places.get(known.id)
        if found is None:
            cohort = self._cohort_for(known, now)
            self._places[known.id] = (cohort, cohort.append(known))
        else:
            cohort, place = found
            cohort.update(place, known)
        cohort.seen_at = now
        cohort.dirty = cohort.dirty or keep or found is None

    def looked(self, cohort: Cohort, now: float) -> int:
        """Mark that a request asked for all of a cohort; returns the fixed ages it covered."""
        cohort.looked_at = now
        passed = cohort.pass_ages(self.ages, now)
        cohort.dirty = cohort.dirty or passed > 0
        return passed

    def finished(self, cohort: Cohort, now: float, scanned_at: float) -> bool:
        """Tell whether a cohort has had its last fixed-age look and is out of the listings.

        `scanned_at`: everything listed has been seen since; in an outage nothing is.
        """
        unseen_since = min(now - FORGET_SECONDS, scanned_at)
        return cohort.looks_done == len(self.ages) and cohort.seen_at < unseen_since

    def retire(self, now: float, scanned_at: float) -> None:
        """Forget the finished cohorts; `retired` names them for the next checkpoint."""
        finished = [one for one in self.cohorts.values() if self.finished(one, now, scanned_at)]
        for cohort in finished:
            del self.cohorts[cohort.name]
            if self._open.get(cohort.bucket) is cohort:
                del self._open[cohort.bucket]
            for fullname in cohort.ids:
                found = self._places.get(fullname)
                if found is not None and found[0] is cohort:
                    del self._places[fullname]
            self.retired.append(cohort.name)

    def _cohort_for(self, known: Known, now: float) -> Cohort:
        bucket = self._bucket(known.created_at, now)
        cohort = self._open.get(bucket)
        if cohort is None:
            cohort = Cohort(known.id, bucket)
            cohort.looks_done = bisect_right(self.ages, now - _youngest(bucket, known))
            cohort.looked_at = now
            self.cohorts[cohort.name] = cohort
            self._open[bucket] = cohort
        if len(cohort) == COHORT_IDS - 1:
            del self._open[bucket]
        return cohort

    def _bucket(self, created_at: float, now: float) -> tuple[int, int]:
        age = now - created_at
        if age >= self.ages[-1]:
            return (ANY_SPAN, 0)
        width = RIPE_SPAN_SECONDS if age >= RIPE_AGE_SECONDS else FRESH_SPAN_SECONDS
        return (width, int(created_at // width))

    def _adopt(self, cohort: Cohort) -> None:
        self.cohorts[cohort.name] = cohort
        for place, fullname in enumerate(cohort.ids):
            # two producers may both have stored it
            self._places.setdefault(fullname, (cohort, place))
        if len(cohort) < COHORT_IDS:
            self._open[cohort.bucket] = cohort


def _youngest(bucket: tuple[int, int], known: Known) -> float:
    width, number = bucket
    return (number + 1) * width if width else known.created_at
