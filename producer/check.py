"""Check: says in plain words, one line each, what works and what is missing or wrong."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple

from clock import Clock, Steady
from producer.app import credentials_of, reddit_connector
from producer.aws import make_client, translated
from producer.errors import ProducerError, RateLimitedError
from producer.need import KEPT_SHARE, Rate, per_minute, together
from producer.reddit.batch import read
from producer.reddit.budget import Budget, usable_per_minute
from producer.reddit.limits import LISTINGS
from producer.reddit.question import ListingPage
from producer.settings import ProducerSettings, RedditSettings

STREAM_READY = ("ACTIVE", "UPDATING")
USUAL_RETENTION_DAYS = (90, 365)


class CheckResult(NamedTuple):
    """One line of the check."""

    status: Literal["ok", "WRONG", "not set"]
    text: str


def findings(environment: Mapping[str, str], clock: Clock) -> Iterator[CheckResult]:
    """Look at everything that is set; raises SettingsError for values that cannot be."""
    settings, unset = ProducerSettings.as_far_as_set(environment)
    rates: list[Rate] = []
    for subreddit in settings.reddit.subreddits:
        place = f"r/{subreddit}"
        measure = partial(check_reddit, settings.reddit, subreddit, clock, rates)
        yield _finding(f"{place} can be read", measure, f"{place}: ")
    if settings.region and settings.stream_name:
        stream = f"Kinesis stream {settings.stream_name}"
        yield _finding(stream, lambda: _check_stream(settings, stream))
    if settings.region and settings.state_table:
        table = f"DynamoDB table {settings.state_table}"
        yield _finding(table, lambda: _check_table(settings, table))
    if len(rates) == len(settings.reddit.subreddits):
        yield from needs(together(rates), settings)
    if unset:
        yield CheckResult("not set", f"{', '.join(unset)} (only needed by `wsb produce`)")


def needs(rate: Rate, settings: ProducerSettings) -> Iterator[CheckResult]:
    """Say what is written, what the sweep costs and whether the quota holds all of it."""
    yield CheckResult(
        "ok",
        f"{rate.comments_per_minute:.1f} comments and {rate.posts_per_minute:.1f} posts a minute "
        f"lately: {rate.kept_per_day:,.0f} a day to keep, if {KEPT_SHARE:.1%} of comments reach "
        "the minimum score, as on r/wallstreetbets with 10",
    )
    days = settings.lake_retention_days
    costs = ", ".join(
        f"{rate.sweep_per_minute(each):.1f} once the lake holds {each} days"
        for each in sorted({*USUAL_RETENTION_DAYS, days})
    )
    yield CheckResult("ok", f"looking for deletions takes requests a minute: {costs}")
    most = usable_per_minute(settings.reddit.requests_per_minute)
    least = rate.least_per_minute(days)
    needed = f"{least:.1f} requests a minute, with WSB_LAKE_RETENTION_DAYS={days}"
    if least > most:
        fix = "set it lower, or follow less"
        yield CheckResult("WRONG", f"what is promised takes {needed}, of {most} there are: {fix}")
    else:
        rest = "the rest goes to more looks, and `wsb simulate` says what they find"
        yield CheckResult("ok", f"what is promised takes {needed}, of {most}: {rest}")


def check_reddit(settings: RedditSettings, subreddit: str, clock: Clock, rates: list[Rate]) -> None:
    """Ask Reddit for the newest of both listings, and add their rate to `rates`.

    Raises ProducerError that says what to fix.
    """
    steady = Steady(clock)
    budget = Budget(settings.requests_per_minute, steady.now())
    reddit = reddit_connector(settings, credentials_of(settings), budget, steady)()
    try:
        found = {name: reddit.ask(ListingPage(subreddit, name, None)) for name in LISTINGS}
    except RateLimitedError as error:
        raise ProducerError(f"{error}: try again in {error.wait_seconds or 60:.0f} s") from None
    finally:
        reddit.close()
    births = {name: read(answer)[0].created_at.tolist() for name, answer in found.items()}
    now = clock.now()
    rates.append(Rate(per_minute(births["comments"], now), per_minute(births["new"], now)))


def _finding(good: str, check: Callable[[], None], prefix: str = "") -> CheckResult:
    try:
        check()
    except ProducerError as error:
        return CheckResult("WRONG", f"{prefix}{error}")
    return CheckResult("ok", good)


def _check_stream(settings: ProducerSettings, what: str) -> None:
    client: Any = make_client("kinesis", settings.region)
    with translated(what):
        answer = client.describe_stream_summary(StreamName=settings.stream_name)
    status = answer["StreamDescriptionSummary"]["StreamStatus"]
    if status not in STREAM_READY:
        raise ProducerError(f"{what} is {status}: wait until it is ACTIVE")


def _check_table(settings: ProducerSettings, what: str) -> None:
    client: Any = make_client("dynamodb", settings.region)
    with translated(what):
        table = client.describe_table(TableName=settings.state_table)["Table"]
    keys = {each["AttributeName"] for each in table["KeySchema"]}
    if keys != {"pk", "sk"}:
        raise ProducerError(f"{what} has the keys {sorted(keys)}: the producer needs pk and sk")
