import orjson
import pytest

from sandbox.reddit.forest import DEPTH_MAX, Order
from sandbox.reddit.render import Renderer
from sandbox.reddit.thread import Threads
from tests.support.reddit_builders import START, comment, post, world

LATER = START + 1000
DELETED = [(START + 500, "[deleted]", None, False)]


def threads(*records):
    place = world(*records)
    return Threads(place, Renderer(place))


def page(*records, limit=500, sort="new", focus=None, context=0, now=LATER):
    body, told = threads(*records).page("p0", focus, context, limit, Order(sort, now))
    return outline(orjson.loads(body)[1]), [t.fullname for t in told]


def outline(listing):
    """Return [(id, replies)…], and (count, children) for what is left out."""
    if listing == "":
        return []
    return [
        (c["data"]["count"], c["data"]["children"])
        if c["kind"] == "more"
        else (c["data"]["id"], outline(c["data"]["replies"]))
        for c in listing["data"]["children"]
    ]


def chain(length):
    first = comment("c0", 1)
    return [
        first,
        *(comment(f"c{i}", 1 + i, parent=f"t1_c{i - 1}") for i in range(1, length)),
    ]


TREE = [
    post(),
    comment("a", 1, looks=[(10, 5)]),
    comment("b", 2, looks=[(10, 9)]),
    comment("a1", 3, parent="t1_a"),
    comment("a2", 4, parent="t1_a"),
]


@pytest.mark.parametrize(
    ("sort", "tree"),
    [
        ("new", [("b", []), ("a", [("a2", []), ("a1", [])])]),
        ("old", [("a", [("a1", []), ("a2", [])]), ("b", [])]),
        ("confidence", [("b", []), ("a", [("a1", []), ("a2", [])])]),
    ],
)
def test_a_thread_is_a_sorted_tree(sort, tree):
    """By age, or by score."""
    assert page(*TREE, sort=sort)[0] == tree


def test_what_exceeds_the_limit_is_named_in_more():
    """A child comes only after its parent; the rest counts what hangs below it too."""
    assert page(*TREE, limit=1)[0] == [("b", []), (3, ["a"])]
    assert page(*TREE, limit=3)[0] == [("b", []), ("a", [("a2", []), (1, ["a1"])])]


def test_only_what_is_shown_is_told():
    """The ledger must not count what stands in `more`."""
    assert page(*TREE, limit=1)[1] == ["t3_p0", "t1_b"]


def test_a_thread_goes_ten_deep():
    """Below, a `more` without children says to ask for that comment."""
    tree, told = page(post(), *chain(12))
    depth = 0
    while isinstance(tree[0][1], list) and tree[0][0] != 0:
        depth, tree = depth + 1, tree[0][1]
    assert (depth, tree) == (DEPTH_MAX, [(0, [])])
    assert len(told) == 1 + DEPTH_MAX


def test_a_deleted_comment_shows_only_while_something_live_hangs_from_it():
    """Otherwise it is not in the thread at all."""
    leaf = comment("leaf", 1, changes=DELETED)
    parent = comment("parent", 2, changes=DELETED)
    child = comment("child", 3, parent="t1_parent")
    assert page(post(), leaf, parent, child)[0] == [("parent", [("child", [])])]


def test_a_parent_that_the_data_lacks_stands_as_deleted():
    """As Reddit keeps one; it is nothing anybody was told of."""
    tree, told = page(post(), comment("child", 5, parent="t1_lost"))
    assert tree == [("lost", [("child", [])])]
    assert told == ["t3_p0", "t1_child"]


def test_one_comment_may_be_asked_for():
    """With so many of its ancestors, and without their other replies."""
    assert page(*TREE, focus="a1")[0] == [("a1", [])]
    assert page(*TREE, focus="a1", context=100)[0] == [("a", [("a1", [])])]
    assert page(*TREE, focus="none")[0] == []


def test_a_post_that_the_data_lacks_has_its_thread():
    """The file began after it; its title is what its comments' links tell."""
    body, told = threads(comment("a", 1)).page("p0", None, 0, 100, Order("new", LATER))
    post_data = orjson.loads(body)[0]["data"]["children"][0]["data"]
    assert (post_data["title"], post_data["author"]) == ("some title", "[deleted]")
    assert [t.fullname for t in told] == ["t1_a"]


def test_there_is_no_thread_of_an_unknown_or_unpublished_post():
    """404."""
    for now, id_ in ((LATER, "other"), (START - 1, "p0")):
        assert threads(*TREE).page(id_, None, 0, 100, Order("new", now)) is None


def more(*records, ids, sort="new"):
    body, told = threads(*records).more("t3_p0", ids, Order(sort, LATER))
    answer = orjson.loads(body)["json"]
    assert answer["errors"] == []
    return answer["data"]["things"], [t.fullname for t in told]


def test_more_is_flat_with_parents_first():
    """PRAW hangs each on its parent, which must be there."""
    flat, told = more(*TREE, ids=["a", "none"])
    assert [(t["data"]["id"], t["data"]["depth"]) for t in flat] == [
        ("a", 0),
        ("a2", 1),
        ("a1", 1),
    ]
    assert told == ["t1_a", "t1_a2", "t1_a1"]


def test_more_gives_a_hundred_and_names_the_rest():
    """The rest can be asked for in turn."""
    ids = [f"c{i}" for i in range(130)]
    flat, _ = more(post(), *(comment(id_, 1 + i) for i, id_ in enumerate(ids)), ids=ids)
    assert [t["kind"] for t in flat] == ["t1"] * 100 + ["more"]
    assert flat[-1]["data"]["count"] == 30
    assert flat[-1]["data"]["parent_id"] == "t3_p0"


def test_more_of_a_deep_comment_ends_with_a_thread_to_continue():
    """Depth counts from the top of the thread."""
    flat, _ = more(post(), *chain(12), ids=["c8"])
    assert [t["data"]["name"] for t in flat] == ["t1_c8", "t1_c9", "t1__"]
    assert flat[-1]["data"]["count"] == 0
