"""Tombstones: how a deletion, a removal or an absence is told from what Reddit answers."""

import re
from collections.abc import Mapping
from typing import Any

LIVE = "live"
DELETED = "deleted"
REMOVED = "removed"
ABSENT = "absent"
ABSENCE_SECONDS = 3600.0  # one missing answer may be a stale cache
NO_AUTHOR = ("[deleted]", None)
STATES = {"[deleted]": DELETED, "[removed]": REMOVED}  # by the text left in place
BY_AUTHOR = ("deleted", "author")  # removed_by_category
# what Reddit's admins leave of a comment, "in response to a copyright notice." and the like, too;
# its author may still be shown
BY_REDDIT = re.compile(r"\[ Removed by Reddit\b.{0,200}\]")


def state_in(raw: Mapping[str, Any], kind: str) -> str:
    """Return the state an item shows.

    An author who wrote "[deleted]" is still there; a comment whose author left Reddit keeps
    its text. Only both together are a deletion.
    """
    category = raw.get("removed_by_category") if kind == "post" else None
    if category is not None:
        return DELETED if category in BY_AUTHOR else REMOVED
    text = raw.get("body" if kind == "comment" else "selftext")
    if not isinstance(text, str):
        return LIVE
    if BY_REDDIT.fullmatch(text):
        return REMOVED
    return LIVE if raw.get("author") not in NO_AUTHOR else STATES.get(text, LIVE)
