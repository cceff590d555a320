"""Check: says in plain words, one line each, what works and what is missing or wrong."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from clock import Clock, Steady
from producer.app import credentials_of, reddit_connector
from producer.aws import make_client, translated
from producer.errors import ProducerError, RateLimitedError
from producer.reddit.budget import Budget
from producer.reddit.question import ListingPage
from producer.settings import ProducerSettings, RedditSettings

STREAM_READY = ("ACTIVE", "UPDATING")


class CheckResult(NamedTuple):
    """One line of the check."""

    status: Literal["ok", "WRONG", "not set"]
    text: str


def findings(environment: Mapping[str, str], clock: Clock) -> Iterator[CheckResult]:
    """Look at everything that is set; raises SettingsError for values that cannot be."""
    settings, unset = ProducerSettings.as_far_as_set(environment)
    reddit = settings.reddit
    place = f"r/{reddit.subreddit}"
    yield _finding(f"{place} can be read", lambda: check_reddit(reddit, clock), f"{place}: ")
    if settings.region and settings.stream_name:
        stream = f"Kinesis stream {settings.stream_name}"
        yield _finding(stream, lambda: _check_stream(settings, stream))
    if settings.region and settings.state_table:
        table = f"DynamoDB table {settings.state_table}"
        yield _finding(table, lambda: _check_table(settings, table))
    if unset:
        yield CheckResult("not set", f"{', '.join(unset)} (only needed by `wsb produce`)")


def check_reddit(settings: RedditSettings, clock: Clock) -> None:
    """Ask Reddit for the newest posts; raises ProducerError that says what to fix."""
    steady = Steady(clock)
    budget = Budget(settings.requests_per_minute, steady.now())
    reddit = reddit_connector(settings, credentials_of(settings), budget, steady)()
    try:
        reddit.ask(ListingPage(settings.subreddit, "new", None))
    except RateLimitedError as error:
        raise ProducerError(f"{error}: try again in {error.wait_seconds or 60:.0f} s") from None
    finally:
        reddit.close()


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
