"""Threads: what is known of the comments below each post, for the repair of gaps."""

from collections.abc import Iterator, Mapping, Sequence

from producer.listings.repair import Activity
from producer.looks.table import Table


class Threads:
    """Counts the comments of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def activity(self, since: float) -> Mapping[str, Activity]:
        """Return, by post, how many comments created since then are known, and the newest's."""
        found: dict[str, Activity] = {}
        for post_id, created_at in self._comments(since):
            known = found.get(post_id)
            found[post_id] = (
                Activity(known.comments + 1, max(known.last_at, created_at))
                if known
                else Activity(1, created_at)
            )
        return found

    def unknown_posts(self, since: float) -> Sequence[str]:
        """Return the posts never read that comments created since then belong to."""
        posts = dict.fromkeys(post_id for post_id, _ in self._comments(since))
        return [post_id for post_id in posts if post_id not in self._table]

    def _comments(self, since: float) -> Iterator[tuple[str, float]]:
        table = self._table
        slots = table.all_slots()
        slots = slots[table.created_at[slots] >= since]
        for slot, created_at in zip(slots.tolist(), table.created_at[slots].tolist(), strict=True):
            post_id = table.posts[slot]
            if post_id is not None:
                yield post_id, created_at
