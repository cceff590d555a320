"""Threads: what is known of the comments below each post, for the repair of gaps."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from producer.listings.repair import Activity
from producer.looks.table import Table

IDLE_SECONDS = 2 * 86_400.0  # so long without a comment, a thread is forgotten
FORGET_EVERY_SECONDS = 3600.0
NOBODY = Activity(0, -inf)


class Threads:
    """Counts the comments below each post as they are read: a gap must not wait for a count."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: dict[str, Activity] = {}
        self._forgot_at = -inf

    def count(self, post_ids: Iterable[str | None], created_at: Iterable[float]) -> None:
        """Take in things never read before: their posts (None for a post) and births."""
        found = self._found
        for post_id, born_at in zip(post_ids, created_at, strict=True):
            if post_id is not None:
                comments, last_at = found.get(post_id, NOBODY)
                found[post_id] = Activity(comments + 1, max(last_at, born_at))

    def forget(self, now: float) -> None:
        """Forget, every hour or so, the threads where nobody writes any more."""
        if now < self._forgot_at + FORGET_EVERY_SECONDS:
            return
        self._forgot_at = now
        self._found = dict(self.activity(now - IDLE_SECONDS))

    def activity(self, since: float) -> Mapping[str, Activity]:
        """Return, by post with a comment created since then, how many are known, and the newest."""
        return {post: known for post, known in self._found.items() if known.last_at >= since}

    def unknown_posts(self, since: float) -> Sequence[str]:
        """Return the posts never read that comments created since then belong to."""
        return [post_id for post_id in self.activity(since) if post_id not in self._table]
