"""Version: what a thing says, and who says it, from one moment to the next."""

import re
from enum import StrEnum
from typing import Any, Literal, NamedTuple

DELETED = "[deleted]"
REMOVED = "[removed]"
BY_REDDIT = "[ Removed by Reddit ]"  # or with a reason inside; admins, not moderators
_BY_REDDIT = re.compile(r"\[ Removed by Reddit\b.*\]")
Edited = float | Literal[False]
NOT_EDITED: Literal[False] = False


class ThingState(StrEnum):
    """Whether a thing can be seen in listings."""

    LIVE = "live"
    DELETED = "deleted"
    REMOVED = "removed"


class Version(NamedTuple):
    """The text from `since` on; `edited` is what the API shows: False or the moment."""

    since: float
    text: str
    author: str | None
    edited: Edited
    state: ThingState


def state_of(text: str, author: str | None) -> ThingState:
    """Tell deletion from removal; a live text without author is one of a deleted account."""
    if author is None and text == DELETED:
        return ThingState.DELETED
    removed = text == REMOVED or _BY_REDDIT.fullmatch(text)
    return ThingState.REMOVED if removed else ThingState.LIVE


def versions_of(
    created: float, text: str, author: str | None, edited: Edited, changes: list[Any]
) -> tuple[Version, ...]:
    """Return all versions, oldest first.

    The text first seen may carry an edit that came after the creation: until then it shows as
    not edited. A change is seen at its look; an edit happened when it says, if that lies between.
    """
    versions = [Version(created, text, author, NOT_EDITED, state_of(text, author))]
    if edited:
        versions.append(versions[0]._replace(since=max(created, edited), edited=edited))
    for stamp, new_text, new_author, new_edited in changes:
        state = state_of(new_text, new_author)
        since = max(float(stamp), versions[-1].since)
        if state is ThingState.LIVE and versions[-1].since < new_edited <= since:
            since = float(new_edited)
        versions.append(Version(since, new_text, new_author, new_edited, state))
    return tuple(versions)
