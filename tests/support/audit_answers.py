"""Things as the replay server's ledger tells of them, made without a server."""

from sandbox.audit.answered import AnsweredThing

START = 1_607_000_000.0
BOTH = {
    "subreddit": "wallstreetbets",
    "created_utc": START,
    "edited": False,
    "author": "ape",
    "author_fullname": "t2_1",
    "permalink": "/r/wallstreetbets/comments/p/x/",
    "distinguished": "moderator",
    "stickied": True,
    "author_flair_text": "🦍",
}
COMMENT = {"link_id": "t3_p", "parent_id": "t1_q", "body": "hold", "is_submitter": True}
POST = {
    "selftext": "DD",
    "title": "YOLO",
    "url": "https://example.com/",
    "domain": "example.com",
    "is_self": False,
    "link_flair_text": "DD",
    "over_18": False,
    "removed_by_category": None,
}


def fields_of(fullname, **changes):
    """Return what Reddit's API shows of a thing."""
    return BOTH | (COMMENT if fullname.startswith("t1_") else POST) | changes


def answered(  # noqa: PLR0913
    fullname, ages, scores, *, gone_from=None, versions=None, shown=None, lacked=(), **course
):
    """Return a thing that was in answers at these ages; `gone_from` that answer on, deleted."""
    text = "body" if fullname.startswith("t1_") else "selftext"
    gone = fields_of(fullname, author="[deleted]", **{text: "[deleted]"})
    moments = [START + age for age in ages]
    return AnsweredThing(
        fullname,
        versions or [("live", fields_of(fullname)), ("deleted", gone)],
        moments,
        shown or [int(gone_from is not None and place >= gone_from) for place in range(len(ages))],
        list(scores),
        [7] * len(ages),
        [0.9] * len(ages),
        [START + age for age in lacked],
        **course,
    )
