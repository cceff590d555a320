"""Listing: what all polls of one listing know together."""

from collections.abc import Mapping, Sequence
from itertools import islice, takewhile
from math import inf, isnan, nan

from producer.gap import Gap, GapStatus
from producer.listings.cursor import RECENT_IDS, Cursor
from producer.listings.poll import TAIL_IDS
from producer.reddit.limits import FULL_LISTING, LISTING_ITEMS

MERGE_SECONDS = 300.0  # a hole this near to an open gap makes it longer
LONGEST_SECONDS = 1800.0  # since it was found: then another gap begins, and this one is repaired
QUIET_SECONDS = 60.0  # since it last grew: what still grows is not repaired yet
TELL_SECONDS = 30.0  # between two records of one growing gap
SPAN_ITEMS_LEAST = 50


class Listing:
    """The cursor in memory, and the gaps. Not thread-safe.

    `recent` maps the ids of complete polls, newest first, to their creation (nan: read before the
    restart). `settled_at` is None before the first complete poll. `dirty`: a checkpoint must hold
    the cursor. `headed`: a poll has been complete since the start. `span_seconds` is how old the
    newest 1,000 things get; inf while too few are known.
    """

    def __init__(self, subreddit: str, name: str, cursor: Cursor | None = None) -> None:
        self.subreddit = subreddit
        self.name = name
        self.recent: Mapping[str, float] = dict.fromkeys(cursor.recent if cursor else (), nan)
        self.newest_at = cursor.newest_at if cursor else 0.0
        self.settled_at = cursor.settled_at if cursor else None
        self.span_seconds = inf
        self.dirty = False
        self.headed = False
        self._gaps = {gap.id: gap for gap in (cursor.gaps if cursor else ())}
        self._grew_at: dict[str, float] = {}
        self._told_at: dict[str, float] = {}
        self._sealed: set[str] = set()

    @property
    def cursor(self) -> Cursor | None:
        """Return what a restart goes on from."""
        if self.settled_at is None:
            return None
        recent, gaps = tuple(self.recent), tuple(self._gaps.values())
        return Cursor(self.name, recent, self.newest_at, self.settled_at, gaps)

    @property
    def gaps_open(self) -> int:
        """Return how many gaps are open."""
        return len(self._gaps)

    def is_cut(self, items: int, ids: Sequence[str], bottom_at: float) -> bool:
        """Tell whether a listing that ended after so many things once held more than it shows.

        `ids` are those of the poll that reached the end, and `bottom_at` its tail.
        """
        if items >= FULL_LISTING:
            return True
        shown = frozenset(ids)
        lacking = (
            fullname
            for fullname, created_at in self.recent.items()
            if fullname not in shown and not created_at >= bottom_at  # nan is from before
        )
        return next(islice(lacking, TAIL_IDS - 1, None), None) is not None

    def learn(
        self, ids: Sequence[str], created_at: Sequence[float], *, forget: bool = False
    ) -> None:
        """Remember the ids of a complete poll, in the listing's order; `forget` the others.

        What the poll did not show keeps its place: it is newer than the poll's pages or has
        fallen off below them.
        """
        shown = dict(zip(ids, created_at, strict=True))
        recent = {} if forget else self.recent
        self.recent = dict(_merged(shown, recent)[:RECENT_IDS])
        self.span_seconds = self._span_seconds()
        self.newest_at = max(self.newest_at, *shown.values())
        self.dirty = True

    def settle(self, moment: float) -> None:
        """Note that all that was created up to a moment is read, or in a gap."""
        self.settled_at = moment if self.settled_at is None else max(self.settled_at, moment)
        self.dirty = True

    def hole(self, to_at: float, now: float, *, late_only: bool = False) -> list[Gap]:
        """Note that what was created from `settled_at` to then may not be read.

        Returns the gap if it is worth a record: it is new, or grew and was not told lately.
        """
        from_at = self.settled_at
        if from_at is None or to_at <= from_at:
            return []
        near = (
            gap
            for gap in self._gaps.values()
            if self._takes(gap, from_at, to_at, late_only=late_only)
        )
        old = next(near, None)
        if old is None:
            identity = f"gap_{self.name}_{from_at * 1000:.0f}_{to_at * 1000:.0f}"
            gap = Gap(identity, self.name, now, from_at, to_at, late_only=late_only)
        else:
            from_at, to_at = min(old.from_at, from_at), max(old.to_at, to_at)
            gap = old._replace(from_at=from_at, to_at=to_at)
        if gap == old:
            return []
        self._gaps[gap.id] = gap
        self._grew_at[gap.id] = now
        self.dirty = True
        if now - self._told_at.get(gap.id, -inf) < TELL_SECONDS:
            return []
        self._told_at[gap.id] = now
        return [gap]

    def ripe_gap(self, now: float) -> Gap | None:
        """Return the oldest gap that has stopped growing, to be repaired: it grows no more."""
        for gap in self._gaps.values():
            if now >= self._ripe_at(gap):
                self._sealed.add(gap.id)
                return gap
        return None

    def ripe_at(self) -> float:
        """Return when a gap can be repaired; inf: there is none."""
        return min(map(self._ripe_at, self._gaps.values()), default=inf)

    def found(self, gap: Gap, count: int) -> Gap:
        """Note how many more things a repair found."""
        after = gap._replace(recovered=gap.recovered + count)
        self._gaps[gap.id] = after
        self.dirty = self.dirty or count > 0
        return after

    def close(self, gap: Gap, status: GapStatus) -> Gap:
        """Forget a gap; returns the last record of it."""
        closed = self._gaps.pop(gap.id)._replace(status=status)
        for moments in (self._grew_at, self._told_at):
            moments.pop(gap.id, None)
        self._sealed.discard(gap.id)
        self.dirty = True
        return closed

    def _span_seconds(self) -> float:
        newest = list(islice(self.recent.values(), LISTING_ITEMS))
        if isnan(sum(newest)):  # some are from before the restart
            newest = list(takewhile(lambda created_at: not isnan(created_at), newest))
        if len(newest) < SPAN_ITEMS_LEAST:
            return inf
        return max(0.0, max(newest) - newest[-1]) * LISTING_ITEMS / len(newest)

    def _takes(self, gap: Gap, from_at: float, to_at: float, *, late_only: bool) -> bool:
        """Tell whether a hole makes this gap longer rather than another one."""
        near = from_at <= gap.to_at + MERGE_SECONDS and to_at >= gap.from_at - MERGE_SECONDS
        return near and gap.late_only == late_only and gap.id not in self._sealed

    def _ripe_at(self, gap: Gap) -> float:
        if gap.id in self._sealed:
            return -inf
        quiet_at = self._grew_at.get(gap.id, -inf) + QUIET_SECONDS
        return min(quiet_at, gap.found_at + LONGEST_SECONDS)


def _merged(shown: Mapping[str, float], known: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return both in the listing's order.

    Known things above the first that both have are newer, those that follow one stay behind it.
    """
    both = len(known.keys() & shown.keys())
    if not both:
        return [*shown.items(), *known.items()]
    items = iter(known.items())
    merged: list[tuple[str, float]] = []
    below: dict[str, list[tuple[str, float]]] = {}
    behind = merged
    for item in items:
        if item[0] in shown:
            behind = below[item[0]] = []
            both -= 1
            if not both:
                break
        else:
            behind.append(item)
    behind.extend(items)
    for item in shown.items():
        merged.append(item)
        if item[0] in below:
            merged += below[item[0]]
    return merged
