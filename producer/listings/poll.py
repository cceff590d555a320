"""Poll: how far to read down a listing so that nothing it still holds is missed.

A poll starts at the newest thing and turns pages until it meets what earlier polls read: an id
of the cursor's recent set, never an anchor, since Reddit answers a deleted anchor with an empty
page. Ids join the set only when their poll is complete, so a poll cut short hides no hole.

Things appear up to 20 s late, below what was already read. At least once a minute a poll is
therefore deep: it goes on until it is older than the deep poll before it began, less a slack.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from producer.gap import Gap
from producer.reddit.limits import FULL_LISTING, PAGE_SIZE
from producer.reddit.thing import Thing

RECENT_IDS = 300  # the newest outlive all others in the listing; more only tolerates deletions
DEEP_EVERY_SECONDS = 55.0  # a poll begins at most every 1 to 30 s: this stays within the minute
LATENESS_SLACK_SECONDS = 60.0
NEW_PER_PAGE = 70
ANCHORS = 3
PAGE_TRIES = 3  # then everything that waits behind this page has its turn


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where complete polls of one listing have got to; what a restart goes on from.

    `newest_at` is when the newest thing read was created, `deep_at` when the last deep poll
    began. Without a complete poll there is no cursor.
    """

    listing: str
    recent: tuple[str, ...]
    newest_at: float
    deep_at: float
    gaps_open: int = 0


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll in progress. `until_at` is set for a deep poll; `anchors` is where to go on.

    `lost`: it ended because its anchors were not listed any more, not at the listing's end.
    `failures`: how often in a row the next page did not come.
    """

    began_at: float
    until_at: float | None
    anchors: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    newest_at: float = 0.0
    oldest_at: float = float("inf")
    overlapped: bool = False
    lost: bool = False
    failures: int = 0
    complete: bool = False

    @property
    def after(self) -> str | None:
        """Return the anchor of the page to ask for next; None asks for the first."""
        return self.anchors[0] if self.anchors else None

    @classmethod
    def begin(cls, cursor: Cursor | None, now: float, *, restarted: bool) -> Self:
        """Start a poll; the first one after a restart is deep."""
        if cursor is None:
            return cls(began_at=now, until_at=float("-inf"))
        deep = restarted or now - cursor.deep_at >= DEEP_EVERY_SECONDS
        until_at = cursor.deep_at - LATENESS_SLACK_SECONDS if deep else None
        return cls(began_at=now, until_at=until_at)

    def turn_page(self, cursor: Cursor | None, things: Sequence[Thing], after: str | None) -> Self:
        """Take in one page and the anchor that Reddit gave for the next one."""
        if not things and len(self.anchors) > 1:
            # the anchor was deleted meanwhile: go on from the thing above it
            return replace(self, anchors=self.anchors[1:], failures=0)
        if not things and self.anchors:
            # so slow that all of them fell off the listing's end
            return replace(self, lost=True, complete=True)
        created = [thing.created_at for thing in things]
        recent = frozenset(cursor.recent if cursor else ())
        turned = replace(
            self,
            anchors=_anchors(things, after),
            ids=self.ids + tuple(thing.id for thing in things),
            newest_at=max([self.newest_at, *created]),
            oldest_at=min([self.oldest_at, *created]),
            overlapped=self.overlapped or any(thing.id in recent for thing in things),
            failures=0,
        )
        complete = after is None or not things or _met(turned, things)
        return replace(turned, complete=complete)

    def failed(self) -> Self | None:
        """Note that the page did not come; None gives the poll up: others have their turn."""
        failed = replace(self, failures=self.failures + 1)
        return failed if failed.failures < PAGE_TRIES else None

    def close(self, cursor: Cursor | None, listing: str, now: float) -> tuple[Cursor, Gap | None]:
        """Move the cursor over a complete poll; tells of a hole when it met nothing known."""
        gap = self._gap(cursor, listing, now)
        old = cursor or Cursor(listing, (), 0.0, self.began_at)
        deep = self.until_at is not None
        return (
            Cursor(
                listing=listing,
                recent=tuple(dict.fromkeys((*self.ids, *old.recent)))[:RECENT_IDS],
                newest_at=max(old.newest_at, self.newest_at),
                deep_at=self.began_at if deep else old.deep_at,
                gaps_open=old.gaps_open + (gap is not None),
            ),
            gap,
        )

    def _gap(self, cursor: Cursor | None, listing: str, now: float) -> Gap | None:
        if cursor is None or self.overlapped:
            return None
        if len(self.ids) < FULL_LISTING and len(cursor.recent) < RECENT_IDS and not self.lost:
            # all there ever was is listed: the few that were known have been deleted since
            return None
        if self.oldest_at <= cursor.newest_at:
            return None
        identity = f"gap_{listing}_{cursor.newest_at * 1000:.0f}_{self.oldest_at * 1000:.0f}"
        return Gap(identity, listing, now, cursor.newest_at, self.oldest_at)


def interval_seconds(things: Sequence[Thing], least: float, most: float) -> float:
    """Return when to poll again, from the time that the newest page spans."""
    if len(things) < PAGE_SIZE // 2:
        return most
    created = [thing.created_at for thing in things]
    return max(least, min(most, NEW_PER_PAGE * (max(created) - min(created)) / len(things)))


def _met(poll: Poll, things: Sequence[Thing]) -> bool:
    if poll.until_at is None:
        return poll.overlapped
    return things[-1].created_at < poll.until_at


def _anchors(things: Sequence[Thing], after: str | None) -> tuple[str, ...]:
    if after is None:
        return ()
    above = [thing.id for thing in reversed(things) if thing.id != after]
    return (after, *above[: ANCHORS - 1])
