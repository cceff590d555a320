"""Settings: what the environment says, read once; all mistakes are reported together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from producer.errors import SettingsError

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
# as Terraform's variables are bound
SUBREDDIT = re.compile("[A-Za-z0-9][A-Za-z0-9_]{1,20}")
MOST_POLL_SECONDS = 300
MOST_RETENTION_DAYS = 3650
MEGABYTE = 1_000_000
MOST_OUTBOX_MEGABYTES = 1_000_000
INT32_MAX = 2**31 - 1
URL = re.compile(r"https?://[^/\s]+(/\S*)?")


class Variable(NamedTuple):
    """A setting as a person meets it; without a default it must be set or may be absent."""

    default: str
    meaning: str


VARIABLES: Mapping[str, Variable] = {
    "WSB_STREAM_NAME": Variable("", "Kinesis stream to write to; required"),
    "WSB_STATE_TABLE": Variable("", "DynamoDB table of cursors and cohorts; required"),
    "AWS_REGION": Variable("", "region of both, or AWS_DEFAULT_REGION; required"),
    "WSB_SUBREDDIT": Variable(
        "wallstreetbets", "subreddit to follow, without r/; several with commas, on one quota"
    ),
    "WSB_MIN_SCORE": Variable("10", "score that keeps a comment, at least 1; the filter's too"),
    "WSB_REDDIT_SECRET_ID": Variable("", "secret in Secrets Manager with Reddit's credentials"),
    "WSB_PRAW_SITE": Variable("wsb", "section of praw.ini with them, without a secret"),
    "WSB_REQUESTS_PER_MINUTE": Variable("100", "most requests to ask of Reddit in a minute"),
    "WSB_POLL_MIN_SECONDS": Variable("1", "shortest time between two polls of a listing"),
    "WSB_POLL_MAX_SECONDS": Variable("30", "longest time between two polls of a listing"),
    "WSB_LOOK_AGES_MINUTES": Variable(
        "15,45,90,180,360,720,1440,2160", "ages at which everything is looked at again, rising"
    ),
    "WSB_LAKE_RETENTION_DAYS": Variable(
        "365",
        "days for which what is in the lake is looked at for deletions; later ones are not seen",
    ),
    "WSB_OUTBOX_FOLDER": Variable(
        "", "folder of what Kinesis has not taken yet, and of the status; without one, memory"
    ),
    "WSB_OUTBOX_MEGABYTES": Variable(
        "2000", "most it may hold; Reddit is not read while it is full"
    ),
    "WSB_REDDIT_URL": Variable("", "another address than Reddit's own, as the sandbox's"),
    "WSB_CLOCK_FILE": Variable("", "shared clock of the sandbox, instead of the system's"),
}


@dataclass(frozen=True, slots=True)
class RedditSettings:
    """What asking Reddit takes; see `praw.ini.example` for the credentials.

    `region` is where the secret `secret_id` is; `url` is another server than Reddit's own.
    """

    subreddits: tuple[str, ...]
    secret_id: str | None
    region: str | None
    praw_site: str
    url: str | None
    requests_per_minute: int

    @property
    def subreddit(self) -> str:
        """Return the first of them."""
        return self.subreddits[0]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "RedditSettings":
        """Read what concerns Reddit; raises SettingsError that names every mistake."""
        read = _Reader(environment)
        settings = _reddit(read)
        read.refuse(read.mistakes)
        return settings


@dataclass(frozen=True, slots=True)
class ProducerSettings:
    """Everything the producer is told."""

    reddit: RedditSettings
    stream_name: str
    state_table: str
    region: str
    min_score: int
    poll_min_seconds: float
    poll_max_seconds: float
    look_ages_seconds: tuple[float, ...]
    lake_retention_days: int
    outbox_folder: Path | None
    outbox_bytes_max: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ProducerSettings":
        """Read WSB_* and the region; raises SettingsError that names every mistake."""
        read = _Reader(environment)
        settings = _producer(read)
        read.refuse([f"set {name}" for name in read.unset] + read.mistakes)
        return settings

    @classmethod
    def as_far_as_set(cls, environment: Mapping[str, str]) -> tuple["ProducerSettings", list[str]]:
        """Return also the required variables that are not set; their settings are then empty."""
        read = _Reader(environment)
        settings = _producer(read)
        read.refuse(read.mistakes)
        return settings, read.unset


def _reddit(read: "_Reader") -> RedditSettings:
    return RedditSettings(
        subreddits=read.subreddits("WSB_SUBREDDIT"),
        secret_id=read.optional("WSB_REDDIT_SECRET_ID"),
        region=read.optional(*REGION_VARIABLES),
        praw_site=read.required("WSB_PRAW_SITE"),
        url=read.url("WSB_REDDIT_URL"),
        requests_per_minute=read.integer(
            "WSB_REQUESTS_PER_MINUTE", 5, 100, ", what Reddit allows a client"
        ),
    )


def _producer(read: "_Reader") -> ProducerSettings:
    settings = ProducerSettings(
        reddit=_reddit(read),
        stream_name=read.required("WSB_STREAM_NAME"),
        state_table=read.required("WSB_STATE_TABLE"),
        region=read.required(*REGION_VARIABLES),
        min_score=read.integer("WSB_MIN_SCORE", 1, INT32_MAX),
        poll_min_seconds=read.seconds("WSB_POLL_MIN_SECONDS"),
        poll_max_seconds=read.seconds("WSB_POLL_MAX_SECONDS"),
        look_ages_seconds=read.ages("WSB_LOOK_AGES_MINUTES"),
        lake_retention_days=read.integer("WSB_LAKE_RETENTION_DAYS", 1, MOST_RETENTION_DAYS),
        outbox_folder=read.folder("WSB_OUTBOX_FOLDER"),
        outbox_bytes_max=MEGABYTE * read.integer("WSB_OUTBOX_MEGABYTES", 1, MOST_OUTBOX_MEGABYTES),
    )
    if settings.poll_min_seconds > settings.poll_max_seconds:
        read.mistakes.append("WSB_POLL_MIN_SECONDS must not exceed WSB_POLL_MAX_SECONDS")
    return settings


class _Reader:
    """Reads variables; gathers what is wrong with them, and which required ones are not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        defaults = {name: each.default for name, each in VARIABLES.items() if each.default}
        given = {name: value for name, value in environment.items() if value}
        self._environment = defaults | given
        self.mistakes: list[str] = []
        self.unset: list[str] = []

    def refuse(self, mistakes: Sequence[str]) -> None:
        """Raise SettingsError when there are any."""
        if mistakes:
            raise SettingsError("fix the environment: " + "; ".join(mistakes))

    def optional(self, *names: str) -> str | None:
        """Return the first of these that is set."""
        return next((self._environment[name] for name in names if name in self._environment), None)

    def required(self, *names: str) -> str:
        value = self.optional(*names)
        if value is None:
            self.unset.append(names[0])
        return value or ""

    def subreddits(self, name: str) -> tuple[str, ...]:
        found = tuple(each.strip() for each in self._environment[name].split(","))
        named = all(SUBREDDIT.fullmatch(each) for each in found)
        self._hold(named, name, "a name without r/, such as wallstreetbets, or several with commas")
        different = {each.lower() for each in found}  # as Reddit tells them apart
        self._hold(len(different) == len(found), name, "subreddits that differ")
        return found

    def folder(self, name: str) -> Path | None:
        text = self.optional(name)
        if text is None:
            return None
        self._hold(Path(text).is_absolute(), name, "the folder's whole path, from /")
        return Path(text)

    def url(self, name: str) -> str | None:
        text = self.optional(name)
        if text is None:
            return None
        self._hold(URL.fullmatch(text), name, "an address such as https://oauth.reddit.com")
        return text.rstrip("/")

    def integer(self, name: str, least: int, most: int, why: str = "") -> int:
        value = self._number(name, int, "a whole number")
        bounds = f"at least {least}" if most == INT32_MAX else f"between {least} and {most}"
        self._hold(value is None or least <= value <= most, name, f"{bounds}{why}")
        return int(value or 0)

    def seconds(self, name: str) -> float:
        value = self._number(name, float, "a number of seconds")
        wanted = f"above 0 and at most {MOST_POLL_SECONDS}"
        self._hold(value is None or 0 < value <= MOST_POLL_SECONDS, name, wanted)
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
        self._hold(minutes and rising, name, f"rising minutes like {VARIABLES[name].default}")
        return tuple(each * 60 for each in minutes)

    def _number(self, name: str, kind: Callable[[str], float], wanted: str) -> float | None:
        try:
            return kind(self._environment[name])
        except ValueError:
            self._hold(None, name, wanted)
            return None

    def _hold(self, holds: object, name: str, wanted: str) -> None:
        if not holds:
            self.mistakes.append(f"{name} must be {wanted}, not {self._environment[name]!r}")
