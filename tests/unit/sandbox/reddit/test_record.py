import pytest

from sandbox.reddit.record import mistake_in
from tests.support.reddit_builders import comment, post

KIND = 'it needs a "kind", "t1" for a comment or "t3" for a post'
LOOK = "each of observations must be [seconds, score, 1 if hidden else 0]"
POST_LOOK = "each of observations must be [seconds, score, comments, upvote ratio]"
CHANGE = "each of changes must be [seconds, text, author or null, edited or false]"


def without(field):
    record = comment("a")
    del record["data"][field]
    return record


@pytest.mark.parametrize(
    "record",
    [
        comment("a", looks=[(100, 5)], changes=[(9, "[deleted]", None, False)]),
        comment("a", author=None, created_utc=1, edited=12.5),
        post(looks=[(100, 5, 2, 0.9)], changes=[(9, "new", "ape", 8.0)]),
    ],
)
def test_what_can_be_played_has_no_mistake(record):
    """An author may be gone, a moment whole."""
    assert mistake_in(record) is None


@pytest.mark.parametrize(
    ("record", "mistake"),
    [
        ([], KIND),
        ({"kind": "t5"}, KIND),
        ({"kind": []}, KIND),
        ({"kind": "t1"}, "the field data is missing"),
        (comment("a") | {"observations": None}, "observations must be a list, not None"),
        (without("permalink"), "the field data.permalink is missing"),
        (comment("a", author=5), "data.author must be text or null, not 5"),
        (comment("a", body="x" * 99) | {"kind": "t3"}, "the field data.title is missing"),
        (comment("a", created_utc=1.6e12), "data.created_utc must be in seconds since 1970, not"),
        (comment("a", name="a"), 'data.name must be "t1_a", as data.id says'),
        (comment("a") | {"observations": [5]}, LOOK),
        (comment("a") | {"observations": [[1, 2]]}, LOOK),
        (comment("a") | {"observations": [[1, "2", 0]]}, LOOK),
        (post() | {"observations": [[1, 2, 0]]}, POST_LOOK),
        (comment("a") | {"changes": [None]}, CHANGE),
        (comment("a") | {"changes": [[1, "text", None]]}, CHANGE),
        (comment("a") | {"changes": [[1, 2, None, False]]}, CHANGE),
    ],
)
def test_a_mistake_names_its_field(record, mistake):
    """And what must be there instead."""
    assert (mistake_in(record) or "").startswith(mistake)


def test_a_long_value_is_cut():
    """The message stays one a person can read."""
    assert mistake_in(comment("a", author=["x"] * 99)) == (
        "data.author must be text or null, not ['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',"
    )
