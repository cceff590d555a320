"""Generator: a day of an invented subreddit with the statistics measured on the real one.

The same plan gives the same day, byte for byte. Nothing in it was written by a person of Reddit.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from sandbox.reddit.errors import GeneratorError
from sandbox.reddit.generator.comments import Comments
from sandbox.reddit.generator.ids import Ids
from sandbox.reddit.generator.posts import Posts
from sandbox.reddit.generator.rates import arrivals
from sandbox.reddit.generator.texts import Texts
from sandbox.reddit.record import COMMENT
from sandbox.reddit.thing import RecordedThing

# a Wednesday in New York, an hour and a half before the market opens
DAY_START = datetime(2021, 3, 3, 13, tzinfo=UTC).timestamp()
COMMENTS_PER_POST = 28
HOURS_MIN, HOURS_MAX = 0.01, 24 * 14
COMMENTS_PER_MINUTE_MAX = 10_000  # four times the peak of 2021


@dataclass(frozen=True)
class Plan:
    """What day to make; the rate is the mean over its hours.

    Raises GeneratorError for what cannot be made.
    """

    seed: int = 0
    hours: float = 24.0
    comments_per_minute: float = 41.0

    def __post_init__(self) -> None:
        if not HOURS_MIN <= self.hours <= HOURS_MAX:
            raise GeneratorError(f"Give {HOURS_MIN} to {HOURS_MAX} hours, not {self.hours:g}.")
        if not 0 < self.comments_per_minute <= COMMENTS_PER_MINUTE_MAX:
            raise GeneratorError(
                f"Give at most {COMMENTS_PER_MINUTE_MAX:,} comments per minute and more than 0, "
                f"not {self.comments_per_minute:g}."
            )


def generate_records(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the lines of a data file, oldest first; a post comes before its comments."""
    random = Random(plan.seed)  # noqa: S311 - a day that can be made again
    ids = Ids(random)
    # of their own, so that other words leave the rest of the day as it is
    texts = Texts(Random(f"texts of {plan.seed}"))  # noqa: S311 - as above
    moments = arrivals(random, DAY_START, plan.hours, plan.comments_per_minute)
    posts = Posts(random, ids, texts, DAY_START)
    comments = Comments(random, ids, texts, posts)
    records = deque([posts.first])
    for moment in moments:
        if random.random() * COMMENTS_PER_POST < 1:
            records.append(posts.write(moment))
        records.append(comments.write(moment))
    while records:  # what was yielded need not be held
        record = records.popleft()
        (comments if record["kind"] == COMMENT else posts).finish(record)
        yield record


def generate_day(plan: Plan) -> Iterator[RecordedThing]:
    """Yield the things of a day, oldest first."""
    return map(RecordedThing, generate_records(plan))
