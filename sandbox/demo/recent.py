"""Recent: the last snapshots of a run, and what happened in a clock minute lately."""

from bisect import bisect_left
from dataclasses import replace
from operator import attrgetter

from sandbox.demo.governor import SPENT_SHARE
from sandbox.demo.options import Options
from sandbox.demo.snapshot import Snapshot

WINDOW_SECONDS = 300.0  # clock
LOOK_IDS = 100  # one look asks for so many things
USABLE_QUOTA_SHARE = 0.95  # the producer keeps the rest in reserve
NOTED_SHARE = 0.9 * SPENT_SHARE  # what the governor aims at, and a little patience
SECONDS_PER_MINUTE = 60.0


class Recent:
    """Takes every snapshot of a run; rates are per clock minute, over the last WINDOW_SECONDS.

    `askable` counts the requests that could have been made since the first snapshot.
    """

    def __init__(self, options: Options, first: Snapshot) -> None:
        self._quota = options.requests_per_minute
        self._window_seconds = options.window_seconds
        self._window = [first]
        self.start_at = first.at
        self.askable = 0.0

    @property
    def now(self) -> Snapshot:
        """Return the last snapshot."""
        return self._window[-1]

    def add(self, snapshot: Snapshot) -> None:
        """Take the next one; what is reached after the window's end, nobody looks for."""
        if snapshot.at > self.start_at + self._window_seconds:
            snapshot = replace(snapshot, reached=self.now.reached)
        minutes = (snapshot.at - self.now.at) / SECONDS_PER_MINUTE
        self._window.append(snapshot)
        since = bisect_left(self._window, snapshot.at - WINDOW_SECONDS, key=attrgetter("at"))
        del self._window[: min(since, len(self._window) - 2)]
        self.askable += self.askable_per_minute * minutes

    @property
    def pace(self) -> float:
        """Return clock seconds per wall second, until the clock last moved."""
        first = self._window[0]
        last = self._window[bisect_left(self._window, self.now.at, key=attrgetter("at"))]
        taken = last.wall_at - first.wall_at
        return (last.at - first.at) / taken if taken else 0.0

    def per_minute(self, count: str) -> float:
        """Return by how much a count of the snapshot rose."""
        first = self._window[0]
        minutes = (self.now.at - first.at) / SECONDS_PER_MINUTE
        more = (getattr(self.now, count) or 0) - (getattr(first, count) or 0)
        return more / minutes if minutes else 0.0

    @property
    def askable_per_minute(self) -> float:
        """Return how many requests would find something to do: polls, and looks at all there is.

        Everything that was there when the window began may be looked at once a minute.
        """
        polls = self.per_minute("requests") - self.per_minute("looks")
        return min(self._quota * USABLE_QUOTA_SHARE, polls + (self._window[0].read or 0) / LOOK_IDS)

    @property
    def spent_share(self) -> float:
        """Return what was asked of what could have been; 1 while there was nothing to ask."""
        askable = self.askable_per_minute
        return min(1.0, self.per_minute("requests") / askable) if askable else 1.0

    def note(self, speed: float) -> str | None:
        """Return what a person can do if much of the quota was left although there was work.

        `speed` is the mean of the clock's; None if there is nothing to say.
        """
        minutes = (self.now.at - self.start_at) / SECONDS_PER_MINUTE
        asked = self.now.requests or 0
        share = asked / self.askable if self.askable else 1.0
        if share >= NOTED_SHARE:
            return None
        slower = max(10, round(speed * share / SPENT_SHARE / 10) * 10)
        return (
            f"This machine could ask {asked / minutes:.0f} of {self._quota} requests a simulated "
            f"minute: SPEED={slower} finds more."
        )
