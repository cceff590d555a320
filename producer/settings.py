"""Settings: what the environment says, read once; all mistakes are reported together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from producer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Variable(NamedTuple):
    """A setting as a person meets it; without a default it must be set or may be absent."""

    default: str
    meaning: str


VARIABLES: Mapping[str, Variable] = {
    "WSB_STREAM_NAME": Variable("", "Kinesis stream to write to; required"),
    "WSB_STATE_TABLE": Variable("", "DynamoDB table of cursors and cohorts; required"),
    "AWS_REGION": Variable("", "region of both, or AWS_DEFAULT_REGION; required"),
    "WSB_SUBREDDIT": Variable("wallstreetbets", "subreddit to follow, without r/"),
    "WSB_MIN_SCORE": Variable("10", "score from which a comment is kept; the filter's too"),
    "WSB_REDDIT_SECRET_ID": Variable("", "secret in Secrets Manager with Reddit's credentials"),
    "WSB_PRAW_SITE": Variable("wsb", "section of praw.ini with them, where there is no secret"),
    "WSB_REQUESTS_PER_MINUTE": Variable("100", "most requests to ask of Reddit in a minute"),
    "WSB_POLL_MIN_SECONDS": Variable("1", "shortest time between two polls of a listing"),
    "WSB_POLL_MAX_SECONDS": Variable("30", "longest time between two polls of a listing"),
    "WSB_LOOK_AGES_MINUTES": Variable(
        "15,45,90,180,360,720,1440,2160", "ages at which everything is looked at again, rising"
    ),
    "WSB_REDDIT_URL": Variable("", "another address than Reddit's own, as the sandbox's"),
    "WSB_CLOCK_FILE": Variable("", "shared clock of the sandbox, instead of the system's"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the producer is told; see `praw.ini.example` for the credentials."""

    subreddit: str
    stream_name: str
    state_table: str
    region: str
    min_score: int
    reddit_secret_id: str | None
    praw_site: str
    reddit_url: str | None
    requests_per_minute: int
    poll_min_seconds: float
    poll_max_seconds: float
    look_ages_seconds: tuple[float, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read WSB_* and the region; raises SettingsError that names every mistake."""
        read = _Reader({**defaults(), **_given(environment)})
        settings = cls(
            subreddit=read.text("WSB_SUBREDDIT"),
            stream_name=read.text("WSB_STREAM_NAME"),
            state_table=read.text("WSB_STATE_TABLE"),
            region=read.region(),
            min_score=read.integer("WSB_MIN_SCORE", at_least=-1_000_000),
            reddit_secret_id=read.optional("WSB_REDDIT_SECRET_ID"),
            praw_site=read.text("WSB_PRAW_SITE"),
            reddit_url=(read.optional("WSB_REDDIT_URL") or "").rstrip("/") or None,
            requests_per_minute=read.integer("WSB_REQUESTS_PER_MINUTE", at_least=2),
            poll_min_seconds=read.seconds("WSB_POLL_MIN_SECONDS"),
            poll_max_seconds=read.seconds("WSB_POLL_MAX_SECONDS"),
            look_ages_seconds=read.ages("WSB_LOOK_AGES_MINUTES"),
        )
        if settings.poll_min_seconds > settings.poll_max_seconds:
            read.mistakes.append("WSB_POLL_MIN_SECONDS must not exceed WSB_POLL_MAX_SECONDS")
        if read.mistakes:
            raise SettingsError("mend the environment: " + "; ".join(read.mistakes))
        return settings


def defaults() -> dict[str, str]:
    """Return the variables that need not be set, and what they then are."""
    return {name: variable.default for name, variable in VARIABLES.items() if variable.default}


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value}


class _Reader:
    """Reads variables and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.mistakes: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._environment.get(name)

    def text(self, name: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            self.mistakes.append(f"set {name}")
        return value

    def region(self) -> str:
        found = (self._environment.get(name) for name in REGION_VARIABLES)
        region = next((value for value in found if value), "")
        if not region:
            self.mistakes.append("set AWS_REGION")
        return region

    def integer(self, name: str, *, at_least: int) -> int:
        value = self._number(name, int, "a whole number")
        if value is not None and value < at_least:
            self.mistakes.append(f"{name} must be at least {at_least}")
        return int(value or 0)

    def seconds(self, name: str) -> float:
        value = self._number(name, float, "a number of seconds")
        if value is not None and not 0 < value < float("inf"):
            self.mistakes.append(f"{name} must be above 0")
        return value or 0.0

    def ages(self, name: str) -> tuple[float, ...]:
        text = self._environment[name]
        try:
            minutes = tuple(float(each) for each in text.split(","))
        except ValueError:
            minutes = ()
        rising = all(
            one < two for one, two in zip((0.0, *minutes), (*minutes, float("inf")), strict=True)
        )
        if not minutes or not rising:
            self.mistakes.append(
                f"{name} must be rising minutes like {VARIABLES[name].default}, not {text!r}"
            )
        return tuple(each * 60 for each in minutes)

    def _number(self, name: str, kind: Callable[[str], float], meaning: str) -> float | None:
        text = self._environment[name]
        try:
            return kind(text)
        except ValueError:
            self.mistakes.append(f"{name} must be {meaning}, not {text!r}")
            return None
