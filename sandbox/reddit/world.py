"""World: the things of one subreddit and which of them can be seen when."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import inf

from sandbox.reddit.placeholder import older_post
from sandbox.reddit.realism import Realism
from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import ThingState


class World:
    """Holds at least one thing, given oldest first.

    `until` closes the publishing; trajectories go on. `posts` are also those older than the data.
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
        self.posts = {thing.fullname: thing for thing in self._order[POST]}
        for comment in self._order[COMMENT]:
            if comment.post not in self.posts:
                self.posts[comment.post] = older_post(comment)
                self.appears_at[comment.post] = self.appears_at[comment.fullname]
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

    def falls_off_at(self, thing: RecordedThing, depth: int) -> float:
        """Return when so many newer things have appeared that its listing ends above it.

        Those that were deleted since count too, so that it may be listed a little longer.
        """
        publications = self._publications[thing.kind]
        place = bisect_left(self._places[thing.kind], self.realism.place(thing)) + depth
        return publications[place] if place < len(publications) else inf

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
