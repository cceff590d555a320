"""Deep poll: one listing read again where nothing can appear late any more.

Things appear up to 20 s late, at their place below what was already read. So each stretch of a
listing is read once more when it is that old and before it falls off the end, 1,000 things down.
A deep poll begins at the thing that is old enough and ends where the deep poll before it began.

When a listing spans too little time for both, it is read as late as it can be, and what was
created meanwhile is said to have a gap: late things may be missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, Self

from producer.listings.poll import DISORDER_SECONDS, PAGE_TRIES, Page, anchors, tail_at
from producer.reddit.limits import LISTINGS

LATENESS_SECONDS = 24.0  # 20 s late, 2 s of disorder, an answer cached for 2 s
READ_SECONDS = 3.0  # from when it is due until it has read its last page
ROOM_SHARE = 0.8  # of the time there is between old enough and too old
SHARE_OF_TWO_PAGES = 0.18  # of the listing's 1,000: two pages less what is read twice
SHARE_OF_A_PAGE = 0.08
EVERY_SECONDS, EVERY_SECONDS_MOST = 55.0, 300.0  # in calm weather: at least a page's worth
TOP_IDS = 10
TOP_IDS_MET = 3


class Plan(NamedTuple):
    """Deep polls follow each other after `every` seconds and begin at things `reach` s old."""

    every: float
    reach: float

    @property
    def late_only_gap(self) -> bool:
        """Tell whether things that appear late may be missed."""
        return self.reach < LATENESS_SECONDS


@lru_cache(maxsize=2 * len(LISTINGS))
def plan(span_seconds: float) -> Plan:
    """Return how to read a listing whose 1,000 things span so long; inf: it holds all there is."""
    room = ROOM_SHARE * (span_seconds - LATENESS_SECONDS - READ_SECONDS)
    calm = min(max(SHARE_OF_A_PAGE * span_seconds, EVERY_SECONDS), EVERY_SECONDS_MOST)
    every = min(max(room, SHARE_OF_TWO_PAGES * span_seconds), calm)
    reach = min(LATENESS_SECONDS, max(span_seconds - every - READ_SECONDS, every))
    return Plan(every, reach)


def start(recent: Mapping[str, float], until_at: float) -> list[str]:
    """Return the known things above the first one that was created up to `until_at`.

    Below them all such are listed. `recent` maps ids, newest first, to their creation (nan: not
    known). Empty: begin at the top.
    """
    above: list[str] = []
    for fullname, created_at in recent.items():
        if created_at <= until_at:
            return above
        above.append(fullname)
    return []


@dataclass(frozen=True, slots=True)
class DeepPoll:
    """One deep poll in progress; `after` asks for its next page.

    It reads what was created up to `until_at`, down to `settled_at` or to the `top` of the deep
    poll before it. `bottom_at` is set when the listing ended before that. A page from the top
    says nothing of what is newer than its newest thing: it may be an old one. `above` counts the
    known things above its first page.
    """

    began_at: float
    plan: Plan
    settled_at: float
    before: frozenset[str] = frozenset()
    above: int = 0
    anchors: tuple[str, ...] = ()
    started: bool = False
    top: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    created_at: tuple[float, ...] = ()
    newest_at: float = float("inf")
    bottom_at: float | None = None
    complete: bool = False
    failures: int = 0

    @property
    def after(self) -> str | None:
        """Return the anchor of the page to ask for next; None asks for the first."""
        return self.anchors[0] if self.anchors else None

    @property
    def page(self) -> tuple[float, str | None]:
        """Return what tells its next page from any other."""
        return self.began_at, self.after

    @property
    def until_at(self) -> float:
        """Return up to when all that was created is read."""
        return min(self.began_at - self.plan.reach, self.newest_at)

    def turn_page(self, page: Page) -> Self | None:
        """Take in one page; None: it was no page, the deep poll has to begin again."""
        if not page.ids:
            if len(self.anchors) > 1:  # the anchor was deleted meanwhile
                return replace(self, anchors=self.anchors[1:], failures=0)
            if self.anchors and not self.started:  # none of them is listed: from the top, then
                return replace(self, above=0, anchors=(), failures=0)
            return None
        met = self._meets(page)
        ended = page.after is None and not met
        from_top = not self.started and not self.anchors
        return replace(
            self,
            started=True,
            newest_at=max(page.created_at) if from_top else self.newest_at,
            anchors=anchors(page),
            top=self.top or self._top(page),
            ids=self.ids + tuple(page.ids),
            created_at=self.created_at + tuple(page.created_at),
            bottom_at=tail_at(page) if ended else None,
            complete=met or ended,
            failures=0,
        )

    def failed(self) -> Self | None:
        """Note that the page did not come; None gives it up: others have their turn."""
        failed = replace(self, failures=self.failures + 1)
        return failed if failed.failures < PAGE_TRIES else None

    def _meets(self, page: Page) -> bool:
        if tail_at(page) < self.settled_at - DISORDER_SECONDS:
            return True
        return sum(fullname in self.before for fullname in page.ids) >= TOP_IDS_MET

    def _top(self, page: Page) -> tuple[str, ...]:
        """Return the first things below `until_at`: all that is listed below them is read."""
        old = _first_old(page.created_at, self.until_at)
        return tuple(page.ids[old : old + TOP_IDS])


def _first_old(created_at: Sequence[float], until_at: float) -> int:
    places = (place for place, at in enumerate(created_at) if at <= until_at)
    return next(places, len(created_at))
