"""Need: how many requests a minute a subreddit takes, from how much is written there just now.

Only what is promised whatever happens: reading it, the guaranteed looks and the sweep. What the
quota has beyond that goes to more polls and to value looks; `wsb simulate` tells what they find.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from producer.looks.sweep import sweep_requests_per_minute
from producer.reddit.limits import INFO_IDS, PAGE_SIZE

MINUTE_SECONDS = 60.0
MINUTES_PER_DAY = 1440.0
GUARANTEED_LOOKS = 2  # at 24 and 36 hours
# of r/wallstreetbets' comments, this share reaches 10 points (measured on two real days)
KEPT_SHARE = 0.058


@dataclass(frozen=True, slots=True)
class Rate:
    """What is written in a subreddit, a minute."""

    comments_per_minute: float
    posts_per_minute: float

    @property
    def kept_per_day(self) -> float:
        """Return how much of it the lake keeps: all posts, and comments as they usually rise."""
        kept_per_minute = self.comments_per_minute * KEPT_SHARE + self.posts_per_minute
        return kept_per_minute * MINUTES_PER_DAY

    @property
    def reading_per_minute(self) -> float:
        """Return the fewest requests that read it: full pages, and a poll of each in 30 s."""
        pages = max(self.comments_per_minute, 2 * PAGE_SIZE) + max(
            self.posts_per_minute, 2 * PAGE_SIZE
        )
        return pages / PAGE_SIZE

    @property
    def guaranteed_per_minute(self) -> float:
        """Return what the guaranteed looks take, a hundred things a request."""
        things = self.comments_per_minute + self.posts_per_minute
        return things * GUARANTEED_LOOKS / INFO_IDS

    def sweep_per_minute(self, retention_days: int) -> float:
        """Return what the sweep takes once the lake holds that many days."""
        return sweep_requests_per_minute(self.kept_per_day, retention_days)

    def least_per_minute(self, retention_days: int) -> float:
        """Return all of it."""
        needed = self.reading_per_minute + self.guaranteed_per_minute
        return needed + self.sweep_per_minute(retention_days)


def per_minute(created_at: Sequence[float], now: float) -> float:
    """Return how much is written a minute, from when the newest things were (Unix seconds).

    The time since the newest counts too: after it nothing came.
    """
    if not created_at:
        return 0.0
    span_seconds = max(now, *created_at) - min(created_at)
    return len(created_at) / max(span_seconds, 1.0) * MINUTE_SECONDS


def together(rates: Sequence[Rate]) -> Rate:
    """Return what several subreddits on one quota have together."""
    return Rate(
        sum(rate.comments_per_minute for rate in rates),
        sum(rate.posts_per_minute for rate in rates),
    )
