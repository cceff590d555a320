import orjson
import pytest

from sandbox.reddit.ledger import Ledger
from sandbox.reddit.realism import Realism
from sandbox.reddit.served import ledger_lines
from tests.support.reddit_builders import START, comment, post, world

DELETED_AT_59 = [(START + 59, "[deleted]", None, False)]
DELETED_AT_60 = [(START + 60, "[deleted]", None, False)]


def told(place, ledger, until):
    """Return the lines of the ledger's page by fullname."""
    lines = map(orjson.loads, ledger_lines(place, ledger, START + until))
    return {line.pop("id"): line for line in lines}


def those(place, ledger, until, what):
    return {fullname for fullname, line in told(place, ledger, until).items() if line[what]}


def served(place, until):
    return those(place, Ledger(10), until, "is_served")


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


@pytest.mark.parametrize(("newer", "is_brief"), [(999, False), (1000, True)])
def test_what_is_approved_beyond_the_end_of_the_listing_is_on_its_comment_page(newer, is_brief):
    """It comes back at its old place, and a listing holds 1,000; a post has no other page."""
    back = [(START + 9, "[removed]", None, False), (START + 1100, "here again", "ape", False)]
    comments = [comment(f"n{n}", 10 + n) for n in range(newer)]
    posts = [post(f"p{n}", 10 + n) for n in range(newer)]
    place = world(comment("a", changes=back), post("b", changes=back), *comments, *posts)
    lines = told(place, Ledger(10), 2000)
    assert (lines["t1_a"]["is_served"], lines["t1_a"]["is_brief"]) == (True, is_brief)
    assert (lines["t3_b"]["is_served"], lines["t3_b"]["is_brief"]) == (not is_brief, False)


@pytest.mark.parametrize(("per_second", "is_brief"), [(10, False), (40, True)])
def test_what_the_listing_held_for_less_than_a_minute_is_brief(per_second, is_brief):
    """It fell off behind a thousand newer ones; its comment page still has it."""
    count = 1100
    place = world(*(comment(f"c{n:04}", n / per_second) for n in range(count)))
    lines = told(place, Ledger(10), 1000)
    assert lines["t1_c0000"]["is_served"]
    assert lines["t1_c0000"]["is_brief"] == is_brief
    assert not lines[f"t1_c{count - 1}"]["is_brief"]


def test_who_got_no_token_would_have_asked():
    """What came and went meanwhile is not the reader's loss."""
    gone = [(START + 90, "[deleted]", None, False)]
    place = world(comment("gone", changes=gone), comment("there"))
    ledger = Ledger(10)
    ledger.gave_no_token(START + 50)
    assert those(place, ledger, 1000, "is_unasked") == set()
    assert those(place, ledger, 1000, "is_served") == {"t1_there"}


def test_what_could_be_seen_only_while_reddit_failed_is_not_served():
    """It was asked for, and nobody was answered; without a request it is nobody's excuse."""
    gone = [(START + 90, "[deleted]", None, False)]
    place = world(comment("gone", changes=gone), comment("there"))
    ledger = Ledger(10)
    assert served(place, 1000) == {"t1_gone", "t1_there"}
    ledger.asked("comments", START + 50)
    ledger.showed("comments", START + 91)
    assert those(place, ledger, 1000, "is_served") == {"t1_there"}
    ledger.asked("comments", START + 88)
    ledger.showed("comments", START + 89)
    assert those(place, ledger, 1000, "is_served") == {"t1_there"}


@pytest.mark.parametrize(
    ("asked", "shown", "is_served"),
    [
        ([1], 2, True),
        ([70], 70.5, True),
        ([1], 30.1, True),
        ([1], 80, True),
        ([1, 2], 30, True),
        ([1, 30], 30.1, False),
        ([1, 30.2], 30.1, True),
        ([-9, 30], 30.1, True),
        (["no token", 30], 30.1, False),
    ],
)
def test_after_a_failure_there_must_be_time_to_read_down_to_a_thing(asked, shown, is_served):
    """It may stand on the listing's tenth page by then; without a failure it stood on the first.

    Who asked again had failed; how long an answer takes, on a busy machine, says nothing.
    """
    gone = [(START + 90, "[deleted]", None, False)]
    place = world(comment("gone", changes=gone), comment("there"))
    ledger = Ledger(10)
    for at in asked:
        if at == "no token":
            ledger.gave_no_token(START + 1)
        else:
            ledger.asked("comments", START + at)
    ledger.showed("comments", START + shown)
    assert ("t1_gone" in those(place, ledger, 1000, "is_served")) == is_served


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
    assert those(place, ledger, 1000, "is_unasked") == {"t1_gone", "t3_p"}
    ledger.asked("new", START + 50)
    ledger.asked("comments", START + 90)
    ledger.showed("new", START + 50)
    assert those(place, ledger, 1000, "is_unasked") == {"t1_gone"}


def test_the_true_peak_is_of_the_window_while_visible():
    """Hidden or never read makes no difference; for a minute, or nobody can see it."""
    place = world(
        comment("fell", looks=[(100, 10), (200, 1)]),
        comment("stayed", looks=[(100, 10), (160, 10), (200, 1)]),
        comment("hidden", looks=[(100, 1, 1), (200, 20, 0)]),
        comment("late", looks=[(999, 1), (1100, 20)]),
        comment("deleted", looks=[(100, 20)], changes=[(START + 20, "[deleted]", None, False)]),
        comment("after", 2000, looks=[(2100, 20)]),
    )
    lines = told(place, Ledger(10), 1000)
    peaks = {name: line["true_peak"] for name, line in lines.items()}
    assert peaks == {
        "t1_fell": 7,
        "t1_stayed": 10,
        "t1_hidden": 20,
        "t1_late": 1,
        "t1_deleted": None,
        "t1_after": None,
    }


def test_a_line_tells_what_each_answer_showed():
    """The score, unless hidden, and the version; of a post also its counts."""
    changes = [(START + 200, "better", "ape", START + 190), (START + 900, "[deleted]", None, False)]
    place = world(
        comment("a", looks=[(100, 1, 1), (300, 20)], changes=changes),
        post("p", looks=[(100, 99, 9, 0.9)]),
        comment("unread"),
    )
    ledger = Ledger(10)
    a, p = place.things["t1_a"], place.things["t3_p"]
    ledger.answered([a, p], START + 50.0004)
    ledger.answered([a], START + 320, ["t3_p", "t1_unknown"], shown_at=START + 300, endpoint="more")
    lines = told(place, ledger, 1000)
    line = lines["t1_a"]
    assert (line["moments"], line["via"]) == ([START + 50, START + 320], "im")
    assert line["created"] == START
    assert (line["shown"], line["scores"]) == ([0, 1], [None, 20])
    assert [(v["state"], v["fields"]["body"]) for v in line["versions"]] == [
        ("live", "body of a"),
        ("live", "better"),
    ]
    assert (line["num_comments"], line["upvote_ratios"], line["lacked"]) == ([], [], [])
    line = lines["t3_p"]
    assert (line["scores"], line["num_comments"], line["upvote_ratios"]) == ([50], [4], [0.95])
    assert line["lacked"] == [START + 320]
    assert (lines["t1_unread"]["moments"], lines["t1_unread"]["versions"]) == ([], [])


def test_answers_are_in_the_order_in_which_they_left():
    """The shared clock may step back between two of them; the wall's time does not."""
    place = world(comment("a", looks=[(100, 11)]))
    ledger = Ledger(10)
    ledger.answered(place.things.values(), START + 60)
    ledger.answered(place.things.values(), START + 50)
    line = told(place, ledger, 1000)["t1_a"]
    assert (line["moments"], line["scores"]) == ([START + 60, START + 50], [7, 6])
    assert line["walls"][0] <= line["walls"][1]
