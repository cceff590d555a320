"""Recall: how many of the comments that reach the threshold are seen in time, as far as it shows.

What nobody ever sees at the threshold cannot be counted here; of the others, the share that was
seen a day after its birth says how well the looks keep up.
"""

from collections.abc import Iterable

HOUR_SECONDS = 3600.0
EARLY_SECONDS = 24 * HOUR_SECONDS
LATE_SECONDS = 36 * HOUR_SECONDS
GRACE_SECONDS = 1800.0  # the looks at these ages come a little later
WINDOW_SECONDS = 24 * HOUR_SECONDS


class RecallEstimate:
    """Counts first crossings by the hour of birth, from `now` on; times are steady seconds.

    A comment born before `now` may have crossed unnoticed, so it does not count.
    """

    def __init__(self, now: float) -> None:
        self._first_hour = int(now // HOUR_SECONDS) + 1
        self._early: dict[int, int] = {}
        self._all: dict[int, int] = {}

    def crossed(self, births: Iterable[float], now: float) -> None:
        """Note that comments with these `created_at` were first seen at the threshold."""
        for created_at in births:
            hour = int(created_at // HOUR_SECONDS)
            age_seconds = now - created_at
            if hour < self._first_hour or age_seconds > LATE_SECONDS + GRACE_SECONDS:
                continue
            self._all[hour] = self._all.get(hour, 0) + 1
            early = age_seconds <= EARLY_SECONDS + GRACE_SECONDS
            self._early[hour] = self._early.get(hour, 0) + early

    def counts(self, now: float) -> tuple[int, int]:
        """Return how many were seen by 24 h and how many by 36 h.

        Of the births of the last 24 hours that are over.
        """
        newest = int((now - LATE_SECONDS - GRACE_SECONDS) // HOUR_SECONDS)
        oldest = newest - int(WINDOW_SECONDS / HOUR_SECONDS)
        for hour in [each for each in self._all if each < oldest]:
            del self._all[hour], self._early[hour]
        over = [hour for hour in self._all if oldest <= hour < newest]
        return sum(self._early[hour] for hour in over), sum(self._all[hour] for hour in over)


def recall_percent(estimates: Iterable[RecallEstimate], now: float) -> float | None:
    """Return how many of 100 were seen by 24 h, of those seen by 36 h; None: no birth is over."""
    counts = [each.counts(now) for each in estimates]
    seen = sum(late for _, late in counts)
    return 100 * sum(early for early, _ in counts) / seen if seen else None
