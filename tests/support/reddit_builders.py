"""Records of the data file, with only what a test is about written out."""

from __future__ import annotations

from sandbox.reddit.realism import PERFECT
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

START = 1_607_000_000.0
SUBREDDIT = {"subreddit": "wallstreetbets", "subreddit_id": "t5_2th52"}


def comment(id_, age=0, *, post="p0", parent=None, looks=(), changes=(), **data):  # noqa: PLR0913 - one a field
    """Return a comment made `age` seconds after START; looks are (age, score[, hidden])."""
    created = START + age
    fields = SUBREDDIT | {
        "id": id_,
        "name": f"t1_{id_}",
        "link_id": f"t3_{post}",
        "parent_id": parent or f"t3_{post}",
        "author": "ape",
        "author_fullname": "t2_ape",
        "body": f"body of {id_}",
        "created_utc": created,
        "edited": False,
        "permalink": f"/r/wallstreetbets/comments/{post}/some_title/{id_}/",
    }
    return {
        "kind": "t1",
        "data": fields | data,
        "observations": [[created + at, score, *(hidden or [0])] for at, score, *hidden in looks],
        "changes": [list(change) for change in changes],
    }


def post(id_="p0", age=0, *, looks=(), changes=(), **data):
    """Return a post; looks are (age, score, comments, ratio)."""
    created = START + age
    fields = SUBREDDIT | {
        "id": id_,
        "name": f"t3_{id_}",
        "author": "ape",
        "author_fullname": "t2_ape",
        "title": f"title of {id_}",
        "selftext": f"text of {id_}",
        "is_self": True,
        "domain": "self.wallstreetbets",
        "url": f"https://www.reddit.com/r/wallstreetbets/comments/{id_}/some_title/",
        "permalink": f"/r/wallstreetbets/comments/{id_}/some_title/",
        "created_utc": created,
        "edited": False,
    }
    return {
        "kind": "t3",
        "data": fields | data,
        "observations": [[created + at, *figures] for at, *figures in looks],
        "changes": [list(change) for change in changes],
    }


def things(*records):
    """Return things, oldest first."""
    return sorted((RecordedThing(record) for record in records), key=lambda thing: thing.created)


def world(*records, realism=PERFECT):
    """Return a world of records."""
    return World(things(*records), realism)
