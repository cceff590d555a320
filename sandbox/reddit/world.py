"""World: the things of one subreddit and which of them can be seen when."""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import TYPE_CHECKING, Any

from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.version import ThingState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.reddit.realism import Realism
    from sandbox.reddit.thing import RecordedThing


class World:
    """Holds at least one thing, given oldest first.

    `until` closes the publishing; trajectories go on.
    """

    def __init__(self, things: Sequence[RecordedThing], realism: Realism) -> None:
        self.realism = realism
        self.start_at = things[0].created
        self.subreddit = str(things[0].data["subreddit"])
        self.subreddit_id = str(things[0].data["subreddit_id"])
        self.things = {thing.fullname: thing for thing in things}
        self.until = inf
        self.appears_at = {t.fullname: t.created + realism.delay_seconds(t) for t in things}
        placed = {thing.fullname: realism.place(thing) for thing in things}
        self._order = {
            kind: sorted((t for t in things if t.kind == kind), key=lambda t: placed[t.fullname])
            for kind in (COMMENT, POST)
        }
        self._places = {
            kind: [placed[thing.fullname] for thing in order] for kind, order in self._order.items()
        }
        self.first_comments = _first_comments(self._order[COMMENT])
        self._publications: dict[str, list[float]] = {}
        self.close_publishing(inf)

    def close_publishing(self, until: float) -> None:
        """Publish nothing that was created after `until`."""
        self.until = until
        self._publications = {
            kind: sorted(self.appears_at[t.fullname] for t in order if t.created <= until)
            for kind, order in self._order.items()
        }

    def published(self, kind: str, now: float) -> int:
        """Return how many of a kind have appeared so far."""
        return bisect_right(self._publications[kind], now)

    def is_published(self, thing: RecordedThing, now: float) -> bool:
        """Tell whether it has appeared, seen or not."""
        return thing.created <= self.until and self.appears_at[thing.fullname] <= now

    def newest(self, kind: str, cached_at: float, now: float) -> Iterator[RecordedThing]:
        """Yield what a listing cached then shows now, newest first: neither deleted nor removed."""
        order = self._order[kind]
        newest = bisect_right(self._places[kind], cached_at + self.realism.disorder_max_seconds)
        for index in range(newest - 1, -1, -1):
            thing = order[index]
            if self.is_published(thing, cached_at) and thing.state_at(now) is ThingState.LIVE:
                yield thing

    def answered(self, fullname: str, now: float) -> RecordedThing | None:
        """Return what /api/info answers for a fullname, deleted and removed things too."""
        thing = self.things.get(fullname)
        return thing if thing is not None and self.is_published(thing, now) else None

    def replies_at(self, post: str, now: float) -> int:
        """Return a thread's number of comments; 0 for one older than the data."""
        thing = self.things.get(post)
        return 0 if thing is None else thing.replies_at(now)

    def thread(self, post: str) -> dict[str, Any]:
        """Return a post's data; of a post older than the data, what its comments tell."""
        known = self.things.get(post)
        if known is not None:
            return known.data
        return older_post(self.first_comments[post])


def _first_comments(comments: Sequence[RecordedThing]) -> dict[str, RecordedThing]:
    first: dict[str, RecordedThing] = {}
    for comment in comments:
        first.setdefault(comment.post, comment)
    return first


def older_post(comment: RecordedThing) -> dict[str, Any]:
    """Return as much of a post's data as a comment's permalink tells."""
    slug = comment.data["permalink"].rstrip("/").rsplit("/", 1)[0]
    return {
        "permalink": f"{slug}/",
        "title": slug.rsplit("/", 1)[1].replace("_", " "),
        "author": None,
    }
