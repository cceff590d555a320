"""Listing: one page of /new or /comments, with Reddit's paging and its cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Self

from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

PAGE_ITEMS = 25
PAGE_ITEMS_MAX = 100
DEPTH_ITEMS = 1000


def number(text: str | None, default: int) -> int:
    """Read a whole number as Reddit does: nonsense means the default."""
    return int(text) if text is not None and text.isdecimal() else default


@dataclass(frozen=True)
class Query:
    """What a client asks of a listing."""

    limit: int = PAGE_ITEMS
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """Read query parameters."""
        limit = number(parameters.get("limit"), PAGE_ITEMS)
        return cls(
            limit=max(1, min(PAGE_ITEMS_MAX, limit)),
            after=parameters.get("after") or None,
            before=parameters.get("before") or None,
        )


@dataclass(frozen=True)
class ListingPage:
    """Things of one page, newest first, and the anchor of the next."""

    things: list[RecordedThing]
    after: str | None = None


class Listings:
    """Pages through a world; what has appeared is looked up once per `cache_seconds`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cached_at: dict[str, float] = {}

    def page(self, kind: str, query: Query, now: float) -> ListingPage:
        """Return a page; one anchored at a thing that is not listed (any more) is empty."""
        shown = islice(self._world.newest(kind, self._cache(kind, now), now), DEPTH_ITEMS)
        if query.before is not None:
            return self._page_before(list(shown), query)
        if query.after is not None and not any(thing.fullname == query.after for thing in shown):
            return ListingPage([])
        things = list(islice(shown, query.limit + 1))
        more = len(things) > query.limit
        things = things[: query.limit]
        return ListingPage(things, after=things[-1].fullname if more else None)

    @staticmethod
    def _page_before(shown: list[RecordedThing], query: Query) -> ListingPage:
        fullnames = [thing.fullname for thing in shown]
        if query.before not in fullnames:
            return ListingPage([])
        end = fullnames.index(query.before)
        return ListingPage(shown[max(0, end - query.limit) : end])

    def _cache(self, kind: str, now: float) -> float:
        cached_at = self._cached_at.get(kind)
        if cached_at is None or not 0 <= now - cached_at < self._world.realism.cache_seconds:
            cached_at = self._cached_at[kind] = now
        return cached_at
