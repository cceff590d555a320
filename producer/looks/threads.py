"""Threads: what is known of the comments below each post, for the repair of gaps."""

from collections.abc import Iterator, Mapping, Sequence

from producer.listings.repair import Activity
from producer.looks.tracker import Tracker


class Threads:
    """Counts what a tracker follows."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

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
        return [post_id for post_id in posts if self._tracker.get(post_id) is None]

    def _comments(self, since: float) -> Iterator[tuple[str, float]]:
        for cohort in self._tracker.cohorts.values():
            for place in range(len(cohort)):
                row = cohort.row(place)
                if row.post_id is not None and row.created_at >= since:
                    yield row.post_id, row.created_at
