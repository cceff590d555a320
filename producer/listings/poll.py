"""Poll: how far to read down a listing so that nothing it still holds is missed.

A poll starts at the newest thing and turns pages until the *tail* of a page is known. One known
id proves nothing: listings are slightly out of order, so it may be listed above unread ones. Nor
is an anchor kept from poll to poll, since Reddit answers a deleted one with an empty page.

An empty page is never the end of a poll: below an anchor the poll goes on from the thing above
it, and at the top the page is asked for again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from producer.reddit.batch import Batch
from producer.reddit.limits import PAGE_SIZE
from producer.reddit.question import Answer

TAIL_IDS = 30
DISORDER_SECONDS = 5.0  # things are listed up to 2 s out of order, and answers cached for 2 s
ANCHORS = 3
PAGE_TRIES = 3  # then everything that waits behind this page has its turn
NEW_PER_PAGE = 70
FRESH_SECONDS = 7.0  # polls nearer to each other than that cost more and gain nothing
PAGES_MOST = 4  # at 39 comments/s these are new after 9 s, and the listing spans 25 s


class Page(NamedTuple):
    """The readable things of a page, newest first, and the anchor of the next one.

    A thing whose creation lies ahead was created just now.
    """

    ids: Sequence[str]
    created_at: Sequence[float]
    after: str | None

    @classmethod
    def of(cls, batch: Batch, answer: Answer, now: float) -> Self:
        """Return what can be read of an answer."""
        return cls(batch.ids, np.minimum(batch.created_at, now).tolist(), answer.after)


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll in progress; `after` asks for its next page, None for the first.

    `tail_at`: all that is listed below its pages was created before that, but for a few seconds
    of disorder. `met`: the last page's tail was known.
    """

    began_at: float
    anchors: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    created_at: tuple[float, ...] = ()
    tail_at: float = float("inf")
    met: bool = False
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

    def turn_page(self, known: Collection[str], page: Page) -> Self | None:
        """Take in one page; None: it was no page, the poll has to begin again at the top.

        `known` are the ids of complete polls.
        """
        if not page.ids:
            if len(self.anchors) > 1:  # the anchor was deleted meanwhile
                return replace(self, anchors=self.anchors[1:], failures=0)
            return None
        met = all(fullname in known for fullname in page.ids[-TAIL_IDS:])
        return replace(
            self,
            anchors=anchors(page),
            ids=self.ids + tuple(page.ids),
            created_at=self.created_at + tuple(page.created_at),
            tail_at=min(self.tail_at, tail_at(page)),
            met=met,
            complete=met or page.after is None,
            failures=0,
        )

    def failed(self) -> Self | None:
        """Note that the page did not come; None gives the poll up: others have their turn."""
        failed = replace(self, failures=self.failures + 1)
        return failed if failed.failures < PAGE_TRIES else None


def tail_at(page: Page) -> float:
    """Return the newest creation in a page's tail: one thing out of order does not lower it."""
    return max(page.created_at[-TAIL_IDS:])


def anchors(page: Page) -> tuple[str, ...]:
    """Return where the next page begins, and the things above that in case it is deleted."""
    if page.after is None:
        return ()
    above = [fullname for fullname in reversed(page.ids) if fullname != page.after]
    return (page.after, *above[: ANCHORS - 1])


def interval_seconds(created_at: Sequence[float], least: float, most: float) -> float:
    """Return when to poll again, from the time that the things of a poll span.

    It aims at a poll whose last page is new to about 70 %; a busy listing's polls have several
    pages, since each poll reads a part of a page in vain.
    """
    if len(created_at) < PAGE_SIZE // 2:
        return most
    span = max(created_at) - min(created_at)
    if span <= 0:
        return least
    per_second = len(created_at) / span
    more_pages = min(PAGES_MOST - 1, int(per_second * FRESH_SECONDS / NEW_PER_PAGE))
    return max(least, min(most, (NEW_PER_PAGE + PAGE_SIZE * more_pages) / per_second))
