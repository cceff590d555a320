"""Result: what one run of the producer through a simulated day reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producer.reddit.purpose import Purpose
from sandbox.simulate.fates import LIVE
from sandbox.simulate.journal import Gap, Journal, Requests
from sandbox.simulate.measures import (
    LEAST_SECONDS,
    Population,
    Recall,
    lags_minutes,
    recall,
    recall_by_age,
)
from sandbox.simulate.story import Story
from sandbox.simulate.trajectories import Floats

AGES_HOURS: Floats = np.arange(1.0, 147.0) / 4
COMMENTS = "comments"
_QUARTER_SECONDS = 900.0


@dataclass(frozen=True)
class Run:
    """What a run leaves behind. `tracked_most`: ids followed at once."""

    quota: int
    journal: Journal
    start_at: float
    end_at: float
    outages: tuple[tuple[float, float], ...]
    tracked_most: int
    wall_seconds: float


@dataclass(frozen=True)
class Result:
    """The measures of the comments of the measured day, and the requests of the whole run.

    `served` comments could be read for a minute, `missed` ones were not; a missed one is unflagged
    when no gap that is open or partial tells of it. `requests_per_minute` is the mean over the
    measured day.
    """

    quota: int
    recall: Recall
    served: int
    missed: int
    missed_unflagged: int
    gaps: int
    requests: int
    requests_per_minute_max: int
    requests_per_minute: dict[Purpose, float]
    looks_per_comment: float
    tracked_most: int
    wall_seconds: float

    @property
    def coverage(self) -> float:
        """Return the share of what was served that was read."""
        return 1 - self.missed / self.served if self.served else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; what could not be measured, or is endless, is null."""
        return {
            "quota": self.quota,
            **{name: _finite(value) for name, value in vars(self.recall).items()},
            "coverage": self.coverage,
            "served": self.served,
            "missed": self.missed,
            "missed_unflagged": self.missed_unflagged,
            "gaps": self.gaps,
            "requests": self.requests,
            "requests_per_minute_max": self.requests_per_minute_max,
            "requests_per_minute": {
                str(name): round(mean, 2) for name, mean in self.requests_per_minute.items()
            },
            "looks_per_comment": round(self.looks_per_comment, 2),
            "tracked_most": self.tracked_most,
            "wall_seconds": round(self.wall_seconds, 1),
        }


@dataclass(frozen=True)
class Curves:
    """What the picture shows of a run: shares by AGES_HOURS, lags in minutes, and requests.

    `requests` has a row a purpose and a column a quarter of an hour, as requests per minute.
    """

    quota: int
    recall_by_age: Floats
    lags_minutes: Floats
    hours: Floats
    requests: NDArray[np.float64]
    measured_hours: float
    gaps: tuple[Gap, ...]
    outages: tuple[tuple[float, float], ...]


def judge(story: Story, people: Population, run: Run) -> Result:
    """Return the measures of a run."""
    journal = run.journal
    created = story.timeline.created
    window = story.window
    requests = journal.requests()
    served = _served(story, run.outages)
    missed = served & (journal.shown_at == np.inf)
    measured = (created >= window.since) & (created < window.until)
    measured[story.timeline.comments :] = False
    return Result(
        quota=run.quota,
        recall=recall(people, created, journal.high_at),
        served=int(np.count_nonzero(served)),
        missed=int(np.count_nonzero(missed)),
        missed_unflagged=int(np.count_nonzero(missed & ~_flagged(created, journal.gaps.values()))),
        gaps=len(journal.gaps),
        requests=len(requests.at),
        requests_per_minute_max=requests.most_in_a_minute(),
        requests_per_minute=requests.mean_per_minute(window.since, window.until),
        looks_per_comment=float(journal.looks[measured].mean()),
        tracked_most=run.tracked_most,
        wall_seconds=run.wall_seconds,
    )


def curves(story: Story, people: Population, run: Run) -> Curves:
    """Return what the picture shows."""
    created = story.timeline.created
    hours, rates = _rates(run.journal.requests(), run.start_at, run.end_at)
    return Curves(
        quota=run.quota,
        recall_by_age=recall_by_age(people, created, run.journal.high_at, AGES_HOURS),
        lags_minutes=lags_minutes(people, created, run.journal.high_at),
        hours=hours - (story.window.since - run.start_at) / 3600,
        requests=rates,
        measured_hours=(story.window.until - story.window.since) / 3600,
        gaps=tuple(run.journal.gaps.values()),
        outages=run.outages,
    )


def _served(story: Story, outages: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Return which comments of the window anybody could read for a minute, outages apart."""
    created = story.timeline.created
    gone_at = np.full(len(created), np.inf)
    gone = story.states.value != LIVE
    # the first of them stays: it is written last
    gone_at[story.states.thing[gone][::-1]] = story.start_at + story.states.at[gone][::-1] / 1000
    begins, ends = zip(*sorted(outages), strict=True) if outages else ((), ())
    served = np.zeros(len(created), bool)
    for since, until in zip((-np.inf, *ends), (*begins, np.inf), strict=True):
        shown = np.minimum(gone_at, until) - np.maximum(story.appears_at, since)
        served |= shown >= LEAST_SECONDS
    served &= (created >= story.window.since) & (created < story.window.until)
    served[story.timeline.comments :] = False
    return served


def _flagged(created: Floats, gaps: Iterable[Gap]) -> NDArray[np.bool_]:
    flagged = np.zeros(len(created), bool)
    for gap in gaps:
        if gap.listing == COMMENTS and not gap.repaired:
            flagged |= (created >= gap.from_at) & (created <= gap.to_at)
    return flagged


def _rates(requests: Requests, start_at: float, end_at: float) -> tuple[Floats, Floats]:
    quarters = int(np.ceil((end_at - start_at) / _QUARTER_SECONDS))
    quarter = ((requests.at - start_at) // _QUARTER_SECONDS).astype(np.int64)
    rates = np.zeros((len(Purpose), quarters))
    np.add.at(rates, (requests.purpose, np.minimum(quarter, quarters - 1)), 1)
    hours = np.arange(quarters) * _QUARTER_SECONDS / 3600
    return hours, rates / (_QUARTER_SECONDS / 60)


def _finite(value: float | None) -> float | None:
    return round(value, 5) if value is not None and np.isfinite(value) else None
