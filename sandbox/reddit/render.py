"""Render: things as the API's JSON, fast: what does not move is serialised once and kept."""

from collections.abc import Iterable
from functools import lru_cache

import orjson

from sandbox.reddit.fixed import fixed_fields, thread_fields
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

# about 2 kB each
_KEPT_VERSIONS = 16384
_KEPT_THREADS = 4096


_LISTING = (
    b'{"kind":"Listing","data":{"after":%b,"dist":%b,"modhash":"","geo_filter":"","children":[%b],'
    b'"before":null}}'
)


def listing(children: Iterable[bytes], count: int | None = None, after: str | None = None) -> bytes:
    """Return a Listing; `count` is null inside of trees."""
    return _LISTING % (orjson.dumps(after), orjson.dumps(count), b",".join(children))


class Renderer:
    """Renders the things of one world; keeps the fixed part of the last few thousand."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._fixed = lru_cache(_KEPT_VERSIONS)(self._render_fixed)
        self._thread = lru_cache(_KEPT_THREADS)(self._render_thread)

    def in_listing(self, thing: RecordedThing, now: float) -> bytes:
        """Return a thing as /new and /comments show it: a comment tells of its post."""
        if not thing.is_comment:
            return self.post(thing, now)
        extra = b'%b,"num_comments":%d,"replies":""'
        post = self._world.posts[thing.post]
        return self._comment(thing, now, extra % (self._thread(post), post.replies_at(now)))

    def alone(self, thing: RecordedThing, now: float) -> bytes:
        """Return a thing as /api/info shows it."""
        return (
            self._comment(thing, now, b'"replies":""')
            if thing.is_comment
            else self.post(thing, now)
        )

    def in_tree(
        self, thing: RecordedThing, now: float, depth: int, replies: bytes = b'""'
    ) -> bytes:
        """Return a comment as a thread shows it, around its replies."""
        return self._comment(thing, now, b'"depth":%d,"replies":%b' % (depth, replies))

    def _comment(self, thing: RecordedThing, now: float, extra: bytes) -> bytes:
        score = thing.score_at(now)
        return b'{"kind":"t1","data":{%b,%b,"score":%d,"ups":%d,"downs":0,"score_hidden":%b}}' % (
            self._fixed(thing, thing.version_at(now)),
            extra,
            score,
            score,
            b"true" if thing.is_hidden(now) else b"false",
        )

    def post(self, thing: RecordedThing, now: float) -> bytes:
        """Return a post as every endpoint shows it."""
        score = thing.score_at(now)
        moving = b'"score":%d,"ups":%d,"downs":0,"num_comments":%d,"upvote_ratio":%b' % (
            score,
            score,
            thing.replies_at(now),
            orjson.dumps(thing.upvote_ratio_at(now)),
        )
        return b'{"kind":"t3","data":{%b,%b}}' % (self._fixed(thing, thing.version_at(now)), moving)

    @staticmethod
    def _render_fixed(thing: RecordedThing, version: int) -> bytes:
        return orjson.dumps(fixed_fields(thing, thing.versions[version]))[1:-1]

    @staticmethod
    def _render_thread(post: RecordedThing) -> bytes:
        return orjson.dumps(thread_fields(post.data))[1:-1]
