"""Check: says in plain words, one line each, what works and what is missing or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producer.app import make_reddit
from producer.aws import make_client, translated
from producer.errors import ProducerError, RateLimitedError
from producer.reddit.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clock import Clock
    from producer.settings import Settings

STREAM_READY = ("ACTIVE", "UPDATING")


def findings(settings: Settings, clock: Clock) -> Iterator[tuple[str, str | None]]:
    """Yield what was checked, and what is wrong with it (None: nothing)."""
    checks: dict[str, Callable[[], None]] = {
        f"Reddit credentials, and r/{settings.subreddit} can be read": lambda: check_reddit(
            settings, clock
        ),
        f"stream {settings.stream_name}": lambda: _check_stream(settings),
        f"state table {settings.state_table}": lambda: _check_table(settings),
    }
    for name, check in checks.items():
        try:
            check()
        except ProducerError as error:
            yield name, str(error)
        else:
            yield name, None


def check_reddit(settings: Settings, clock: Clock) -> None:
    """Ask Reddit for the newest posts; raises ProducerError that says what to mend."""
    budget = Budget(settings.requests_per_minute, clock.now())
    reddit = make_reddit(settings, budget, clock)
    try:
        reddit.listing("new", None)
    except RateLimitedError as error:
        raise ProducerError(f"{error}: try again in {error.wait_seconds or 60:.0f} s") from None
    finally:
        reddit.close()


def _check_stream(settings: Settings) -> None:
    client: Any = make_client("kinesis", settings.region)
    with translated(f"Kinesis stream {settings.stream_name}"):
        answer = client.describe_stream_summary(StreamName=settings.stream_name)
    status = answer["StreamDescriptionSummary"]["StreamStatus"]
    if status not in STREAM_READY:
        raise ProducerError(f"it is {status}: wait until it is ACTIVE")


def _check_table(settings: Settings) -> None:
    client: Any = make_client("dynamodb", settings.region)
    with translated(f"DynamoDB table {settings.state_table}"):
        table = client.describe_table(TableName=settings.state_table)["Table"]
    keys = {each["AttributeName"] for each in table["KeySchema"]}
    if keys != {"pk", "sk"}:
        raise ProducerError(f"its keys are {sorted(keys)}: the producer needs pk and sk")
