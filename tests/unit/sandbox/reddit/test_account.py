import pytest

from sandbox.reddit.account import account
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.realism import Realism
from tests.support.reddit_builders import START, comment, post, world

DELETED_AT_59 = [(START + 59, "[deleted]", None, False)]
DELETED_AT_60 = [(START + 60, "[deleted]", None, False)]


def served(place, until):
    return set(account(place, Ledger(10), START + until)["served"])


def test_served_is_what_was_visible_for_a_minute():
    """Less is forgiven; posts count too."""
    place = world(post(), comment("a", changes=DELETED_AT_59), comment("b", changes=DELETED_AT_60))
    assert served(place, 1000) == {"t3_p0", "t1_b"}
    assert served(place, 59) == set()


def test_lateness_shortens_what_was_visible():
    """A thing is visible from its appearance on, not from its creation."""
    realism = Realism(late_share=1, disorder_share=0, cache_seconds=0)
    place = world(comment("a", changes=DELETED_AT_60), comment("b"), realism=realism)
    assert served(place, 1000) == {"t1_b"}


@pytest.mark.parametrize(("newer", "is_served"), [(998, True), (1000, False)])
def test_what_is_approved_beyond_the_end_of_the_listing_is_not_served(newer, is_served):
    """It comes back at its old place, and a listing holds 1,000."""
    back = [(START + 9, "[removed]", None, False), (START + 1100, "here again", "ape", False)]
    place = world(comment("a", changes=back), *(comment(f"n{n}", 10 + n) for n in range(newer)))
    assert ("t1_a" in served(place, 2000)) == is_served


def test_what_came_after_the_window_is_not_served():
    """Nor published."""
    place = world(comment("a"), comment("b", 100))
    place.close_publishing(START + 50)
    assert served(place, 1000) == {"t1_a"}
    assert place.published("t1", START + 1000) == 1
    assert place.answered("t1_b", START + 1000) is None


def test_unasked_is_what_nobody_can_have_read():
    """A request for the other listing, or at the very end, would not have shown it."""
    gone = [(START + 90, "[deleted]", None, False)]
    place = world(post(), comment("gone", changes=gone), comment("there"), post("p", changes=gone))
    ledger = Ledger(10)
    assert account(place, ledger, START + 1000)["unasked"] == ["t1_gone", "t3_p"]
    ledger.asked("new", START + 50)
    ledger.asked("comments", START + 90)
    assert account(place, ledger, START + 1000)["unasked"] == ["t1_gone"]


def test_reached_is_the_true_score_in_the_window_while_visible():
    """Hidden or never read makes no difference."""
    place = world(
        comment("fell", looks=[(100, 10), (200, 1)]),
        comment("hidden", looks=[(100, 1, 1), (200, 20, 0)]),
        comment("late", looks=[(999, 1), (1100, 20)]),
        comment("deleted", looks=[(100, 20)], changes=[(START + 20, "[deleted]", None, False)]),
        comment("nearly", looks=[(100, 9)]),
        post("p", looks=[(100, 99, 9, 1)]),
    )
    assert set(account(place, Ledger(10), START + 1000)["reached"]) == {"t1_fell", "t1_hidden"}


def test_kept_expected_is_what_an_answer_carried():
    """A hidden score is none, a post is no comment, and one answer is enough."""
    place = world(
        comment("a", looks=[(100, 10), (200, 1)]),
        comment("b", looks=[(100, 9)]),
        comment("h", looks=[(100, 1, 1), (300, 20)]),
        post("p", looks=[(100, 99, 9, 1)]),
    )
    ledger = Ledger(10)
    ledger.answered(place.things.values(), START + 100)
    ledger.answered(place.things.values(), START + 250)
    told = account(place, ledger, START + 1000)
    assert told["kept_expected"] == ["t1_a"]
    assert told["read"] == ["t1_a", "t1_b", "t1_h", "t3_p"]
