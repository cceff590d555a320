"""Listings: pages of what is new, with the disorder, the late things and the cache of Reddit's."""

import numpy as np

from sandbox.reddit.listing import DEPTH_ITEMS, PAGE_ITEMS_MAX
from sandbox.reddit.realism import Realism
from sandbox.simulate.fates import LIVE
from sandbox.simulate.film import Film
from sandbox.simulate.names import indexes_of
from sandbox.simulate.story import Story
from sandbox.simulate.trajectories import Flags, Floats, Ints

_SPARE = 1.3  # of things looked through, a quarter may not be listed: late, deleted or removed


class Listing:
    """One listing: the comments, or the posts."""

    def __init__(self, story: Story, film: Film, realism: Realism, first: int, count: int) -> None:
        places = story.place[first : first + count]
        order = np.argsort(places, kind="stable")
        self._order: Ints = first + order
        self._places: Floats = places[order]
        self._rank = np.empty(count, np.int64)
        self._rank[order] = np.arange(count)
        self._appears_at = story.appears_at
        self._first = first
        self._film = film
        self._realism = realism
        self._fresh_at = -np.inf
        self._cached_at = -np.inf

    def page(self, after: str | None, now: float, stale_seconds: float = 0.0) -> tuple[Ints, bool]:
        """Return the things of a page, newest first, and whether another one follows.

        A page anchored at what is not listed (any more) is empty; a stale one shows what was
        listed so long ago.
        """
        if now - self._fresh_at >= self._realism.cache_seconds:
            self._fresh_at = now
        self._cached_at = self._fresh_at - stale_seconds
        disorder = self._realism.disorder_max_seconds
        end = int(self._places.searchsorted(self._cached_at + disorder, side="right"))
        above = 0
        if after is not None:
            anchor = int(indexes_of((after,))[0])
            rank = int(self._rank[anchor - self._first])
            if rank >= end or not self._listed(np.array((anchor,))).any():
                return np.empty(0, np.int64), False
            above = 1 + self._count(rank + 1, end)
            end = rank
        most = min(PAGE_ITEMS_MAX, DEPTH_ITEMS - above)
        if most <= 0:
            return np.empty(0, np.int64), False
        things = self._newest(end, most + 1)
        return things[:most], len(things) > most and above + most < DEPTH_ITEMS

    def _newest(self, end: int, most: int) -> Ints:
        """Return the newest listed things of a rank below `end`."""
        looked = int(most * _SPARE)
        while True:
            slice_ = self._order[max(0, end - looked) : end][::-1]
            found = slice_[self._listed(slice_)]
            if len(found) >= most or looked >= end:
                return found[:most]
            looked *= 2

    def _count(self, since: int, until: int) -> int:
        """Return how many listed things have these ranks; more than the depth is one too many."""
        ranks = self._order[max(since, until - 2 * DEPTH_ITEMS) : until]
        return int(np.count_nonzero(self._listed(ranks)))

    def _listed(self, things: Ints) -> Flags:
        appeared = self._appears_at[things] <= self._cached_at
        shown: Flags = appeared & (self._film.states[things] == LIVE)
        return shown
