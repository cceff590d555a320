"""Run: the producer itself, from the first comment of a story to its last score."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from producer.looks.crossing import CrossingModel
from sandbox.reddit.realism import Realism
from sandbox.simulate.asker import Outage, Weather
from sandbox.simulate.measures import population
from sandbox.simulate.outages import Outage as OutageOption
from sandbox.simulate.plan import Plan, Told, tell
from sandbox.simulate.producing import Producing
from sandbox.simulate.promises import promises_for
from sandbox.simulate.result import Curves, Result, Run, curves, judge
from sandbox.simulate.table import table

__all__ = ["Options", "Plan", "Report", "produce", "simulated"]
_SAID_EVERY_SECONDS = 600.0  # of the virtual clock
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What to simulate, at which quotas, and where the picture goes."""

    plan: Plan
    quotas: tuple[int, ...]
    latency_seconds: float
    outages: tuple[OutageOption, ...]
    picture: Path | None
    title: str


@dataclass(frozen=True)
class Report:
    """The results at each quota."""

    options: Options
    results: tuple[Result, ...]

    def table(self) -> str:
        """Return it for a person."""
        profile = self.options.plan.profile
        return table(self.options.title, profile, self.results, promises_for(profile))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        profile = self.options.plan.profile
        promised = promises_for(profile)
        return {
            "day": self.options.title,
            "comments_per_minute": profile.comments_per_minute,
            "busiest_per_minute": round(profile.comments_per_minute * profile.busiest, 1),
            "promised": promised._asdict(),
            "quotas": [
                {**result.as_dict(), "kept": promised.kept(result)} for result in self.results
            ],
        }


def simulated(options: Options, progress: Progress) -> Report:
    """Tell the day's story and let the producer read it once at each quota.

    Raises RedditSandboxError for a day that cannot be told.
    """
    progress("making the day …")
    realism = Realism(seed=options.plan.seed)
    told = tell(options.plan, realism)
    people = population(told.story)
    results: list[Result] = []
    shown: list[Curves] = []
    outages = tuple(Outage(*one.span(told.story.window.since)) for one in options.outages)
    weather = Weather(options.latency_seconds, outages, options.plan.seed)
    for quota in options.quotas:
        run = produce(told, realism, quota, weather, progress)
        results.append(judge(told.story, people, run))
        shown.append(curves(told.story, people, run))
    if options.picture is not None:
        from sandbox.simulate.plot import plot  # noqa: PLC0415 - a heavy library

        plot(options.picture, options.title, shown, told.story.window.since)
    return Report(options, tuple(results))


def produce(  # noqa: PLR0913 - a bench takes a crossing model that has not seen the day
    told: Told,
    realism: Realism,
    quota: int,
    weather: Weather = Weather(),  # noqa: B008 - immutable
    progress: Progress = lambda _: None,
    *,
    model: CrossingModel | None = None,
) -> Run:
    """Run the producer through a story, by the project's crossing model or another one."""
    began = time.monotonic()
    producing = Producing(told, realism, quota, weather)
    if model is not None:
        producing.judge_by(model)
    hours = (told.end_at - told.start_at) / 3600
    say_at = told.start_at
    while (now := producing.step()) < told.end_at:
        if now >= say_at:
            say_at = now + _SAID_EVERY_SECONDS
            done = (now - told.start_at) / 3600
            progress(f"{quota} requests a minute: hour {done:.0f} of {hours:.0f} …")
    return Run(
        quota=quota,
        journal=producing.journal,
        start_at=told.start_at,
        end_at=told.end_at,
        outages=tuple(weather.outages),
        tracked_most=producing.tracked_most,
        wall_seconds=time.monotonic() - began,
    )
