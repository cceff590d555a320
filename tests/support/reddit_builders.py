"""Records of the data file, with only what a test is about written out."""

from sandbox.reddit.realism import PERFECT
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

START = 1_607_000_000.0


def comment(id_, age=0, *, post="p0", parent=None, looks=(), changes=(), **data):  # noqa: PLR0913 - one a field
    """Return a comment made `age` seconds after START; looks are (age, score[, hidden])."""
    fields = {
        "id": id_,
        "link_id": f"t3_{post}",
        "parent_id": parent or f"t3_{post}",
        "body": f"body of {id_}",
        "permalink": f"/r/wallstreetbets/comments/{post}/some_title/{id_}/",
    }
    looks = [(at, score, *(hidden or [0])) for at, score, *hidden in looks]
    return _record("t1", age, fields | data, looks, changes)


def post(id_="p0", age=0, *, looks=(), changes=(), **data):
    """Return a post; looks are (age, score, comments, ratio)."""
    fields = {
        "id": id_,
        "title": f"title of {id_}",
        "selftext": f"text of {id_}",
        "is_self": True,
        "domain": "self.wallstreetbets",
        "url": f"https://www.reddit.com/r/wallstreetbets/comments/{id_}/some_title/",
        "permalink": f"/r/wallstreetbets/comments/{id_}/some_title/",
    }
    return _record("t3", age, fields | data, looks, changes)


def _record(kind, age, data, looks, changes):
    shared = {
        "name": f"{kind}_{data['id']}",
        "subreddit": "wallstreetbets",
        "subreddit_id": "t5_2th52",
        "author": "ape",
        "author_fullname": "t2_ape",
        "created_utc": START + age,
        "edited": False,
    }
    return {
        "kind": kind,
        "data": shared | data,
        "observations": [[START + age + at, *figures] for at, *figures in looks],
        "changes": [list(change) for change in changes],
    }


def world(*records, realism=PERFECT):
    """Return a world of records, in any order."""
    things = sorted(map(RecordedThing, records), key=lambda thing: thing.created)
    return World(things, realism)
