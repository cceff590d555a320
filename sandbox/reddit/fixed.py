"""Fixed part: the fields of one version of a thing that do not move with time."""

import html
from typing import Any

from sandbox.reddit.fields import AUTHOR_FIELDS, COMMENT_FIELDS, MOVING_FIELDS, POST_FIELDS
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import DELETED, ThingState, Version

SITE = "https://www.reddit.com"
_REMOVED_BY = {
    ThingState.LIVE: None,
    ThingState.DELETED: "deleted",
    ThingState.REMOVED: "moderator",
}


def fixed_fields(thing: RecordedThing, version: Version) -> dict[str, Any]:
    """Return what the API shows of that version, without what moves and without a thread."""
    defaults = COMMENT_FIELDS if thing.is_comment else POST_FIELDS
    data = thing.data
    fields = defaults | data
    fields |= {
        "author": version.author or DELETED,
        "created": data["created_utc"],
        "edited": version.edited,
        "subreddit_name_prefixed": f"r/{data['subreddit']}",
    }
    fields |= _comment_text(version) if thing.is_comment else _post_text(version, fields)
    if version.author is None or version.state is not ThingState.LIVE:
        fields = _without_author(fields, version)
    for name in MOVING_FIELDS:
        fields.pop(name, None)
    return fields


def _comment_text(version: Version) -> dict[str, Any]:
    return {"body": version.text, "body_html": _html(version.text)}


def _html(text: str) -> str:
    """Return paragraphs, escaped as Reddit does; nothing here reads them closely."""
    escaped = html.escape(text).replace("&#x27;", "&#39;")
    paragraphs = "\n\n".join(f"<p>{part}</p>" for part in escaped.split("\n\n"))
    return f'<div class="md">{paragraphs}\n</div>'


def _post_text(version: Version, fields: dict[str, Any]) -> dict[str, Any]:
    marked = f"<!-- SC_OFF -->{_html(version.text)}<!-- SC_ON -->"
    text = {
        "selftext": version.text,
        "selftext_html": marked if version.text else None,
        "removed_by_category": _REMOVED_BY[version.state],
    }
    if fields["is_self"]:
        return text | {"thumbnail": "self"}
    return text | {"url_overridden_by_dest": fields["url"]}


def _without_author(fields: dict[str, Any], version: Version) -> dict[str, Any]:
    """Follow the API: no author left, and the fields that told of him are not there at all."""
    fields = {name: value for name, value in fields.items() if name not in AUTHOR_FIELDS}
    fields["author"] = DELETED
    if version.state is not ThingState.LIVE and "body" in fields:
        fields |= {"collapsed": True, "collapsed_reason_code": "DELETED"}
    return fields


def thread_fields(thread: dict[str, Any]) -> dict[str, Any]:
    """Return what a comment in a listing, outside of its thread, says of its post."""
    link = SITE + thread["permalink"]
    return {
        "link_author": thread["author"] or DELETED,
        "link_permalink": link,
        "link_title": thread["title"],
        "link_url": thread["url"],
        "over_18": thread.get("over_18", False),
        "quarantine": False,
    }
