"""Scenario: one stretch of comments at one rate, and what happens while it is read."""

from dataclasses import dataclass

from bench.coverage.replay import Weather
from sandbox.reddit.generator.day import DAY_START, Plan, generate_day
from sandbox.reddit.realism import Realism
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

SCENARIOS = ("calm", "restart", "outage", "errors")
FIRST_SECONDS = 120.0  # of the replay, before anybody reads
QUIET_SECONDS = 120.0  # at the end: what is created in it may still be unread
RESTART_SECONDS = 60.0
OUTAGE_SECONDS = 600.0
VISIBLE_SECONDS = 60.0
ERROR_SHARE = 0.05


@dataclass(frozen=True)
class Course:
    """When reading begins and ends, and between which moments nobody reads."""

    spans: tuple[tuple[float, float], ...]
    weather: Weather

    @property
    def begins_at(self) -> float:
        """Return when it is first asked."""
        return self.spans[0][0]

    @property
    def ends_at(self) -> float:
        """Return when it is asked no more."""
        return self.spans[-1][1]

    @property
    def asked(self) -> list[tuple[float, float]]:
        """Return the spans in which Reddit can be asked."""
        since, until = self.weather.outage
        if since == until:
            return list(self.spans)
        ((begins_at, ends_at),) = self.spans
        return [(begins_at, since), (until, ends_at)]

    @property
    def minutes(self) -> float:
        """Return how long it is read."""
        return sum(until - since for since, until in self.spans) / 60


def make_world(rate: float, seconds: float, seed: int = 3) -> World:
    """Generate so many seconds of comments, `rate` a second, listed as Reddit lists them."""
    hours = (FIRST_SECONDS + seconds) / 3600
    plan = Plan(seed=seed, hours=hours, comments_per_minute=rate * 60)
    return World(list(generate_day(plan)), Realism(seed=seed))


def course_of(scenario: str, seconds: float) -> Course:
    """Return the course of a scenario in a world of so many seconds."""
    begins_at = DAY_START + FIRST_SECONDS
    ends_at = begins_at + seconds
    middle = begins_at + seconds / 4
    spans: tuple[tuple[float, float], ...] = ((begins_at, ends_at),)
    match scenario:
        case "restart":
            weather = Weather()
            spans = ((begins_at, middle), (middle + RESTART_SECONDS, ends_at))
        case "outage":
            weather = Weather(outage=(middle, middle + OUTAGE_SECONDS))
        case "errors":
            weather = Weather(error_share=ERROR_SHARE)
        case "calm":
            weather = Weather()
        case _:
            raise ValueError(f"no scenario {scenario}")
    return Course(spans, weather)


def served(world: World, course: Course) -> dict[str, float]:
    """Return what is to be read with its creation: comments that could be seen for a minute.

    What only an outage saw nobody could ask for; what is still there after it Reddit can show.
    """
    return {
        thing.fullname: thing.created
        for thing in world.things.values()
        if thing.is_comment
        and course.begins_at <= thing.created <= course.ends_at - QUIET_SECONDS
        and _is_visible(world, thing, course)
    }


def _is_visible(world: World, thing: RecordedThing, course: Course) -> bool:
    appears_at = world.appears_at[thing.fullname]
    return any(
        min(until, asked_until) - max(since, appears_at, asked_since) >= VISIBLE_SECONDS
        for since, until in thing.live_spans()
        for asked_since, asked_until in course.asked
    )
