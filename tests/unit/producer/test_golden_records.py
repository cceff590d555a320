"""What a record says, field by field, is what Reddit answered: whole records, compared whole.

Every field of these two things has a value of its own, so that none can stand for another.
"""

import pytest

from contract import parse_instant, problem_of
from tests.support.producer_fakes import START
from tests.support.producer_world import HOUR, ProducerWorld

COMMENT = {
    "name": "t1_abc",
    "created_utc": START + 1,
    "score_hidden": False,
    "body": "diamond hands",
    "author": "writer",
    "author_fullname": "t2_writer",
    "author_flair_text": "ape",
    "edited": False,
    "link_id": "t3_post",
    "parent_id": "t1_parent",
    "permalink": "/r/stocks/comments/post/x/abc/",
    "distinguished": "moderator",
    "stickied": True,
    "is_submitter": False,
    "_score": lambda age: 7 if age < HOUR else 5,
}
POST = {
    "name": "t3_xyz",
    "created_utc": START + 2.5,
    "hide_score": False,
    "selftext": "I like the stock",
    "title": "YOLO",
    "url": "https://example.com/dd",
    "domain": "example.com",
    "author": "poster",
    "author_fullname": "t2_poster",
    "author_flair_text": "diamond",
    "edited": START + 3,
    "permalink": "/r/stocks/comments/xyz/yolo/",
    "distinguished": "admin",
    "stickied": False,
    "is_self": True,
    "over_18": False,
    "link_flair_text": "DD",
    "num_comments": 31,
    "upvote_ratio": 0.93,
    "removed_by_category": None,
    "_score": lambda age: 17 if age < HOUR else 15,
}
LIVE_COMMENT = {
    "schema_version": 1,
    "kind": "comment",
    "id": "t1_abc",
    "subreddit": "stocks",
    "created_at": "2020-12-08T00:00:01.000Z",
    "cause": "new",
    "state": "live",
    "score": 7,
    "score_hidden": False,
    "peak_score": 7,
    "author": "writer",
    "author_id": "t2_writer",
    "body": "diamond hands",
    "edited_at": None,
    "permalink": "/r/stocks/comments/post/x/abc/",
    "distinguished": "moderator",
    "stickied": True,
    "author_flair": "ape",
    "post_id": "t3_post",
    "parent_id": "t1_parent",
    "is_submitter": False,
}
LIVE_POST = {
    "schema_version": 1,
    "kind": "post",
    "id": "t3_xyz",
    "subreddit": "stocks",
    "created_at": "2020-12-08T00:00:02.500Z",
    "cause": "new",
    "state": "live",
    "score": 17,
    "score_hidden": False,
    "peak_score": 17,
    "author": "poster",
    "author_id": "t2_poster",
    "body": "I like the stock",
    "edited_at": "2020-12-08T00:00:03.000Z",
    "permalink": "/r/stocks/comments/xyz/yolo/",
    "distinguished": "admin",
    "stickied": False,
    "author_flair": "diamond",
    "title": "YOLO",
    "url": "https://example.com/dd",
    "domain": "example.com",
    "is_self": True,
    "flair": "DD",
    "num_comments": 31,
    "upvote_ratio": 0.93,
    "over_18": False,
    "removed_by": None,
}
LIVE = {"t1_abc": LIVE_COMMENT, "t3_xyz": LIVE_POST}
NAMES = sorted(LIVE)
# what stays of a thing that is not live: what it is, where it stood, its scores
KEPT_OF_COMMENT = (
    *("schema_version", "kind", "id", "subreddit", "created_at"),
    *("score", "score_hidden", "peak_score", "post_id", "parent_id"),
)
KEPT_OF_POST = (*KEPT_OF_COMMENT[:-2], "num_comments", "upvote_ratio")
ANSWER_SECONDS = 1.0  # no answer takes longer here
GONE_AFTER_SECONDS = 2 * HOUR  # it has fallen by then


def tombstone(name, **fields):
    kept = KEPT_OF_COMMENT if name == "t1_abc" else KEPT_OF_POST
    later = {"cause": "reread", "score": LIVE[name]["score"] - 2}
    return {each: LIVE[name][each] for each in kept} | later | fields


@pytest.fixture
def world():
    return ProducerWorld([COMMENT, POST], environment={"WSB_SUBREDDIT": "stocks"})


def records_of(world, name, seconds):
    """Run; return its records without when they were observed, which was at an answer."""
    world.deliver(seconds)
    found = world.of(name)
    assert [problem_of(record) for record in found] == [None] * len(found)
    stamps = [parse_instant(record.pop("observed_at")) for record in found]
    assert stamps == sorted(set(stamps))
    asked = [at for at, _ in world.reddit.requests]
    assert all(any(abs(stamp - at) < ANSWER_SECONDS for at in asked) for stamp in stamps)
    return found


def changed(world, name, **fields):
    world.reddit.things[name] = {**world.reddit.things[name], **fields}


@pytest.mark.parametrize("name", NAMES)
def test_a_live_thing(world, name):
    """Another subreddit than the default one."""
    assert records_of(world, name, 60) == [LIVE[name]]


@pytest.mark.parametrize(("name", "hidden"), [("t1_abc", "score_hidden"), ("t3_xyz", "hide_score")])
def test_a_hidden_score_is_unknown_and_known_later(world, name, hidden):
    """The score that Reddit shows meanwhile is none."""
    changed(world, name, **{hidden: True})
    unknown = {"score": None, "score_hidden": True, "peak_score": None}
    assert records_of(world, name, 60) == [LIVE[name] | unknown]
    changed(world, name, **{hidden: False})
    assert records_of(world, name, 30 * 60)[1] == LIVE[name] | {"cause": "reread"}


@pytest.mark.parametrize(("name", "text"), [("t1_abc", "body"), ("t3_xyz", "selftext")])
def test_an_edited_text_is_told_with_its_time(world, name, text):
    """At the next look, whatever the score does; the peak is the highest score ever shown."""
    world.deliver(GONE_AFTER_SECONDS)
    changed(world, name, **{text: "paper hands", "edited": START + GONE_AFTER_SECONDS + 1})
    last = records_of(world, name, 3 * HOUR)[-1]
    assert last == LIVE[name] | {
        "cause": "reread",
        "body": "paper hands",
        "edited_at": "2020-12-08T02:00:01.000Z",
        "score": LIVE[name]["score"] - 2,
    }


def test_a_comment_deleted_by_its_author(world):
    world.deliver(GONE_AFTER_SECONDS)
    changed(world, "t1_abc", author="[deleted]", author_fullname=None, body="[deleted]")
    assert records_of(world, "t1_abc", 3 * HOUR)[-1] == tombstone("t1_abc", state="deleted")


def test_a_comment_removed_by_moderators(world):
    world.deliver(GONE_AFTER_SECONDS)
    changed(world, "t1_abc", author="[deleted]", author_fullname=None, body="[removed]")
    assert records_of(world, "t1_abc", 3 * HOUR)[-1] == tombstone("t1_abc", state="removed")


@pytest.mark.parametrize(
    ("category", "state"),
    [("author", "deleted"), ("deleted", "deleted"), ("moderator", "removed")],
)
def test_a_post_that_is_gone(world, category, state):
    """Who took it away is kept; who wrote it is not."""
    world.deliver(GONE_AFTER_SECONDS)
    changed(world, "t3_xyz", removed_by_category=category)
    expected = tombstone("t3_xyz", state=state, removed_by=category)
    assert records_of(world, "t3_xyz", 3 * HOUR)[-1] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_thing_that_is_no_longer_answered(world, name):
    """It keeps its last known score; what only an answer says is not said."""
    world.deliver(GONE_AFTER_SECONDS)
    changed(world, name, _absent=True, _hidden=True)
    expected = tombstone(name, state="absent")
    for only_answered in ("num_comments", "upvote_ratio"):
        expected.pop(only_answered, None)
    assert records_of(world, name, 6 * HOUR)[-1] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_number_beyond_32_bits_is_cut(world, name):
    """As wide as the contract says, in both directions."""
    changed(world, name, _score=lambda age: 2**40 if age < 60 else -(2**40))
    first, *_, last = records_of(world, name, HOUR)
    assert (first["score"], first["peak_score"]) == (2**31 - 1, 2**31 - 1)
    assert (last["score"], last["peak_score"]) == (-(2**31), 2**31 - 1)
