"""Placeholders: the posts and comments that threads hang from, when the data file lacks them."""

from typing import Any

from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import DELETED

_OLDER_SECONDS = 3600


def missing_parent(child: RecordedThing) -> RecordedThing:
    """Return a deleted top-level comment, as Reddit keeps one that has replies."""
    data = child.data
    own = {
        "link_id": child.post,
        "parent_id": child.post,
        "permalink": f"{_post_link(data)}{child.parent[3:]}/",
        "body": DELETED,
    }
    return _placeholder(COMMENT, child.parent, child, own)


def older_post(comment: RecordedThing) -> RecordedThing:
    """Return a post that is older than the data, by what its first comment there tells."""
    data = comment.data
    link = _post_link(data)
    own = {
        "permalink": link,
        "url": f"https://www.reddit.com{link}",
        "domain": f"self.{data['subreddit']}",
        "title": link.rsplit("/", 2)[1].replace("_", " "),
        "selftext": "",
    }
    return _placeholder(POST, comment.post, comment, own)


def _post_link(comment: dict[str, Any]) -> str:
    """Return its post's permalink, which a comment's own begins with."""
    link: str = comment["permalink"]
    return link.rstrip("/").rsplit("/", 1)[0] + "/"


def _placeholder(
    kind: str, fullname: str, child: RecordedThing, own: dict[str, Any]
) -> RecordedThing:
    shared = {name: child.data[name] for name in ("subreddit", "subreddit_id")}
    names = {"id": fullname[3:], "name": fullname}
    unsaid = {"author": None, "edited": False, "created_utc": child.created - _OLDER_SECONDS}
    data = own | shared | names | unsaid
    return RecordedThing({"kind": kind, "data": data, "observations": [], "changes": []})
