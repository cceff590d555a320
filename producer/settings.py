"""Settings: what the environment says, read once; all mistakes are reported together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from producer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
LOOK_AGES_MINUTES = "15,45,90,180,360,720,1440,2160"


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
        read = _Reader(environment)
        settings = cls(
            subreddit=read.text("WSB_SUBREDDIT", "wallstreetbets"),
            stream_name=read.text("WSB_STREAM_NAME"),
            state_table=read.text("WSB_STATE_TABLE"),
            region=read.region(),
            min_score=read.integer("WSB_MIN_SCORE", "10", at_least=-1_000_000),
            reddit_secret_id=environment.get("WSB_REDDIT_SECRET_ID") or None,
            praw_site=read.text("WSB_PRAW_SITE", "wsb"),
            reddit_url=(environment.get("WSB_REDDIT_URL") or "").rstrip("/") or None,
            requests_per_minute=read.integer("WSB_REQUESTS_PER_MINUTE", "100", at_least=2),
            poll_min_seconds=read.seconds("WSB_POLL_MIN_SECONDS", "1"),
            poll_max_seconds=read.seconds("WSB_POLL_MAX_SECONDS", "30"),
            look_ages_seconds=read.ages("WSB_LOOK_AGES_MINUTES", LOOK_AGES_MINUTES),
        )
        if settings.poll_min_seconds > settings.poll_max_seconds:
            read.mistakes.append("WSB_POLL_MIN_SECONDS must not exceed WSB_POLL_MAX_SECONDS")
        if read.mistakes:
            raise SettingsError("mend the environment: " + "; ".join(read.mistakes))
        return settings


class _Reader:
    """Reads variables and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.mistakes: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        value = self._environment.get(name) or default
        if not value:
            self.mistakes.append(f"set {name}")
        return value

    def region(self) -> str:
        found = (self._environment.get(name) for name in REGION_VARIABLES)
        region = next((value for value in found if value), "")
        if not region:
            self.mistakes.append("set AWS_REGION")
        return region

    def integer(self, name: str, default: str, *, at_least: int) -> int:
        value = self._number(name, default, int, "a whole number")
        if value is not None and value < at_least:
            self.mistakes.append(f"{name} must be at least {at_least}")
        return int(value or 0)

    def seconds(self, name: str, default: str) -> float:
        value = self._number(name, default, float, "a number of seconds")
        if value is not None and not 0 < value < float("inf"):
            self.mistakes.append(f"{name} must be above 0")
        return value or 0.0

    def ages(self, name: str, default: str) -> tuple[float, ...]:
        text = self._environment.get(name) or default
        try:
            minutes = tuple(float(each) for each in text.split(","))
        except ValueError:
            minutes = ()
        rising = all(
            one < two for one, two in zip((0.0, *minutes), (*minutes, float("inf")), strict=True)
        )
        if not minutes or not rising:
            self.mistakes.append(f"{name} must be rising minutes like {default}, not {text!r}")
        return tuple(each * 60 for each in minutes)

    def _number(
        self, name: str, default: str, kind: Callable[[str], float], meaning: str
    ) -> float | None:
        text = self._environment.get(name) or default
        try:
            return kind(text)
        except ValueError:
            self.mistakes.append(f"{name} must be {meaning}, not {text!r}")
            return None
