"""Placeholders: the posts and comments that threads hang from, when the data file lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.reddit.thing import COMMENT, POST, Thing
from sandbox.reddit.version import DELETED

if TYPE_CHECKING:
    from sandbox.reddit.world import World

_OLDER_SECONDS = 3600


def missing_parent(child: Thing) -> Thing:
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


def older_post(world: World, name: str) -> Thing:
    """Return a post that is older than the data, by what its first comment there tells."""
    first = world.first_comments[name]
    data = first.data
    own: dict[str, Any] = world.thread(name) | {
        "id": name.partition("_")[2],
        "name": name,
        "subreddit": data["subreddit"],
        "subreddit_id": data["subreddit_id"],
        "selftext": "",
        "domain": f"self.{data['subreddit']}",
        "hide_score": False,
    }
    own["url"] = f"https://www.reddit.com{own['permalink']}"
    return _placeholder(POST, first, own)


def _placeholder(kind: str, child: Thing, data: dict[str, Any]) -> Thing:
    unsaid = {"author": None, "edited": False, "created_utc": child.created - _OLDER_SECONDS}
    return Thing({"kind": kind, "data": data | unsaid, "observations": [], "changes": []})
