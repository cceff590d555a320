import orjson

from sandbox.reddit.render import Renderer
from tests.support.reddit_builders import START, comment, post, world


def shown(record, age=0, how="alone"):
    place = world(post(), record)
    renderer = Renderer(place)
    thing = place.things[record["data"]["name"]]
    return orjson.loads(getattr(renderer, how)(thing, START + age))["data"]


def test_a_post_says_by_whom_it_was_removed():
    """The category tells moderators from its author."""
    for text, author, category in (
        ("[removed]", "ape", "moderator"),
        ("[deleted]", None, "deleted"),
    ):
        record = post("x", changes=[(START + 50, text, author, False)])
        assert shown(record, 49)["removed_by_category"] is None
        after = shown(record, 50)
        assert (after["removed_by_category"], after["author"]) == (category, "[deleted]")
        assert after["selftext"] == text


def test_an_edit_shows_its_moment():
    """Until then it is false."""
    record = comment("a", changes=[(START + 60, "new", "ape", START + 50.0)])
    assert [shown(record, age)["edited"] for age in (49, 50)] == [False, START + 50]
    assert shown(record, 50)["body_html"] == '<div class="md"><p>new</p>\n</div>'


def test_only_a_listed_comment_tells_of_its_post():
    """In /api/info and in threads it does not."""
    record = comment("a")
    assert shown(record, how="in_listing")["link_title"] == "title of p0"
    assert "link_title" not in shown(record)
