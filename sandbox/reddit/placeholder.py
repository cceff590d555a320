"""Placeholders: the posts and comments that threads hang from, when the data file lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import DELETED

if TYPE_CHECKING:
    from sandbox.reddit.world import World

_OLDER_SECONDS = 3600


def missing_parent(child: RecordedThing) -> RecordedThing:
    """Return a deleted top-level comment, as Reddit keeps one that has replies."""
    data = child.data
    permalink = data["permalink"].rstrip("/").rsplit("/", 1)[0]
    own: dict[str, Any] = {
        "id": child.parent.partition("_")[2],
        "name": child.parent,
        "parent_id": child.post,
        "permalink": f"{permalink}/{child.parent.partition('_')[2]}/",
        "body": DELETED,
    }
    shared = ("link_id", "subreddit", "subreddit_id")
    return _placeholder(COMMENT, child, own | {name: data[name] for name in shared})


def older_post(world: World, fullname: str) -> RecordedThing:
    """Return a post that is older than the data, by what its first comment there tells."""
    first = world.first_comments[fullname]
    data = first.data
    own: dict[str, Any] = world.thread(fullname) | {
        "id": fullname.partition("_")[2],
        "name": fullname,
        "subreddit": data["subreddit"],
        "subreddit_id": data["subreddit_id"],
        "selftext": "",
        "domain": f"self.{data['subreddit']}",
        "hide_score": False,
    }
    own["url"] = f"https://www.reddit.com{own['permalink']}"
    return _placeholder(POST, first, own)


def _placeholder(kind: str, child: RecordedThing, data: dict[str, Any]) -> RecordedThing:
    unsaid = {"author": None, "edited": False, "created_utc": child.created - _OLDER_SECONDS}
    return RecordedThing({"kind": kind, "data": data | unsaid, "observations": [], "changes": []})
