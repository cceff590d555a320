"""What an observation has to say follows from the answers alone."""

import pytest

from contract import SCHEMA
from tests.support.audit_answers import START, answered, fields_of

HOUR = 3600


def test_a_live_comment_says_all_that_the_answer_showed():
    """Each field has a value of its own."""
    thing = answered("t1_c", [60, 900], [7, 4])
    assert thing.observation(1) == {
        "schema_version": SCHEMA.version, "kind": "comment", "id": "t1_c",
        "subreddit": "wallstreetbets", "created_at": "2020-12-03T12:53:20.000Z",
        "cause": "reread", "state": "live", "score": 4, "score_hidden": False, "peak_score": 7,
        "author": "ape", "author_id": "t2_1", "body": "hold", "distinguished": "moderator",
        "permalink": "/r/wallstreetbets/comments/p/x/", "stickied": True, "author_flair": "🦍",
        "post_id": "t3_p", "parent_id": "t1_q", "is_submitter": True,
    }  # fmt: skip
    assert thing.observation(0)["cause"] == "new"


def test_a_tombstone_says_nothing_personal():
    """A post's counts stay."""
    thing = answered("t3_p", [60, 900], [5, 9], gone_from=1)
    assert thing.observation(1) == {
        "schema_version": SCHEMA.version, "kind": "post", "id": "t3_p",
        "subreddit": "wallstreetbets", "created_at": "2020-12-03T12:53:20.000Z",
        "cause": "reread", "state": "deleted", "score": 9, "score_hidden": False, "peak_score": 9,
        "num_comments": 7, "upvote_ratio": 0.9,
    }  # fmt: skip
    assert thing.is_gone()
    assert not answered("t3_p", [60], [5]).is_gone()


def test_a_hidden_score_is_unknown():
    """Neither is it a peak."""
    first, second = map(answered("t1_c", [60, 900], [None, 3]).observation, (0, 1))
    assert first["score_hidden"]
    assert first.keys().isdisjoint({"score", "peak_score"})
    assert (second["score"], second["peak_score"], second["score_hidden"]) == (3, 3, False)


def test_scores_are_cut_to_32_bits():
    """As the contract has it."""
    thing = answered("t1_c", [60, 900], [-(2**40), 2**40])
    assert thing.observation(0)["score"] == -(2**31)
    last = thing.observation(1)
    assert (last["score"], last["peak_score"]) == (2**31 - 1,) * 2


def test_an_edit_says_when_and_a_closed_account_nothing_of_the_author():
    """The text stays."""
    versions = [
        ("live", fields_of("t1_c", edited=START + 5)),
        ("live", fields_of("t1_c", author="[deleted]", author_fullname=None)),
    ]
    thing = answered("t1_c", [60, 900], [1, 1], versions=versions, shown=[0, 1])
    assert thing.observation(0)["edited_at"] == "2020-12-03T12:53:25.000Z"
    left = thing.observation(1)
    assert left["body"] == "hold"
    assert left.keys().isdisjoint({"author", "author_id"})


def test_an_authors_deletion_is_final():
    """A cache may still show it live; what moderators removed may come back."""
    gone = [("deleted", fields_of("t1_c")), ("live", fields_of("t1_c"))]
    thing = answered("t1_c", [1, 2], [1, 1], versions=gone, shown=[0, 1])
    assert [thing.observation(place)["state"] for place in (0, 1)] == ["deleted"] * 2
    assert [thing.state(place) for place in (0, 1)] == ["deleted"] * 2
    back = [("removed", fields_of("t1_c")), ("live", fields_of("t1_c"))]
    thing = answered("t1_c", [1, 2], [1, 1], versions=back, shown=[0, 1])
    assert [thing.observation(place)["state"] for place in (0, 1)] == ["removed", "live"]


@pytest.mark.parametrize(
    ("age", "places"),
    [(7.9, []), (8, [0]), (10, [0]), (57, [0]), (58, [0, 1]), (60, [1]), (1980, [1]), (1981, [])],
)
def test_an_observation_comes_from_the_newest_answer(age, places):
    """Or, since the shared clock may step back, from one two seconds later; from no old one."""
    assert answered("t1_c", [10, 60], [1, 1]).candidates(START + age) == places


def test_the_minimum_is_reached_by_a_comment_that_an_answer_showed_there():
    """By no post, and by no hidden score."""
    assert answered("t1_c", [1, 2], [10, 1]).reached(10)
    assert not answered("t1_c", [1, 2], [9, None]).reached(10)
    assert not answered("t3_p", [1], [10]).reached(10)


def test_a_thing_is_absent_after_two_answers_an_hour_apart_lacked_it():
    """Its tombstone has the last known score and the peak; none that had it lies between them."""
    lacked = (1000, 1000 + HOUR)
    thing = answered("t1_c", [60, 90, 900], [9, 5, None], lacked=lacked)
    assert thing.absence(START + 999 + HOUR) is None
    assert thing.absence(START + 1001 + HOUR) == {
        "schema_version": SCHEMA.version, "kind": "comment", "id": "t1_c",
        "subreddit": "wallstreetbets", "created_at": "2020-12-03T12:53:20.000Z",
        "cause": "reread", "state": "absent", "score": 5, "score_hidden": False, "peak_score": 9,
        "post_id": "t3_p", "parent_id": "t1_q",
    }  # fmt: skip
    seen = answered("t1_c", [60, 2000], [9, 9], lacked=lacked)
    assert seen.absence(START + 1001 + HOUR) is None
    gone = answered("t1_c", [60], [9], gone_from=0, lacked=lacked)
    assert gone.absence(START + 1001 + HOUR) is None


def test_news_are_what_every_look_has_to_send():
    """The first answer, the first known score, the first at the minimum, a change of text."""
    thing = answered("t1_c", range(8), [None, None, 3, 9, 10, 8, 12, 40])
    assert list(thing.news(10)) == [0, 2, 4]
    versions = [
        ("live", fields_of("t1_c")),
        ("live", fields_of("t1_c", edited=START + 5)),
        ("removed", fields_of("t1_c", body="[removed]")),
        ("live", fields_of("t1_c", edited=START + 5)),
        ("live", fields_of("t1_c", edited=START + 5, author="[deleted]")),
        ("live", fields_of("t1_c", edited=START + 9, body="fold")),
    ]
    shown = [0, 0, 1, 2, 2, 3, 4, 5]
    thing = answered("t1_c", range(8), [1] * 8, versions=versions, shown=shown)
    assert list(thing.news(10)) == [0, 2, 3, 5, 7]


FLIGHT = {"walls": [0.0, 1.9, 4.0], "taken_by": [1.95, 3.9, 6.0], "via": "cci"}


def test_answers_in_flight_together_may_arrive_in_either_order():
    """An observation may come from either; what left long before the newest is out of date."""
    thing = answered("t1_c", [10, 200, 900], [1, 12, 9], **FLIGHT)
    assert thing.candidates(START + 201) == [0, 1]
    assert thing.candidates(START + 901) == [2]
    assert thing.candidates(START + 199) == [0, 1]  # the clock steps back
    assert answered("t1_c", [10, 200], [1, 12]).candidates(START + 201) == [1]


@pytest.mark.parametrize(("age", "wall", "places"), [(64, 3, [0, 1]), (66, 3, [1]), (64, 4.1, [1])])
def test_answers_wait_for_their_stamps_one_after_another(age, wall, places):
    """So an observation may be stamped later than the next answer left, but not by much."""
    course = {"walls": [2.0, wall], "taken_by": [2.0, wall], "via": "cc"}
    thing = answered("t1_c", [10, age], [1, 1], **course)
    assert thing.candidates(START + age + 1) == places


def test_what_depends_on_the_answers_before_may_be_either():
    """The peak and the cause of two that overlap; but no value that neither order gives."""
    thing = answered("t1_c", [10, 200, 900], [1, 12, 9], **FLIGHT)
    said = [thing.observation(0, {"peak_score": peak})["peak_score"] for peak in (1, 12, 9, None)]
    assert said == [1, 12, 1, 1]
    assert [thing.observation(place)["cause"] for place in range(3)] == ["new", "new", "reread"]
    assert thing.observation(1, {"cause": "reread"})["cause"] == "reread"
    assert thing.observation(1, {"cause": "sweep"})["cause"] == "new"
    assert thing.observation(2, {"cause": "new"})["cause"] == "reread"
    assert thing.observation(2, {"peak_score": 9})["peak_score"] == 12


def test_news_may_be_told_by_an_answer_in_flight_with_theirs():
    """One of both is enough, one before or after them is not."""
    thing = answered("t1_c", [10, 200, 900], [1, 1, 12], **FLIGHT)
    assert list(thing.news(10)) == [0, 2]
    assert [thing.is_told(0, {place}) for place in range(3)] == [True, True, False]
    assert [thing.is_told(2, {place}) for place in range(3)] == [False, False, True]


def test_an_authors_deletion_may_overtake_an_answer_that_does_not_show_it():
    """Then either state is right, with its own fields."""
    thing = answered("t1_c", [10, 200, 900], [1, 1, 1], gone_from=1, shown=[0, 1, 0], **FLIGHT)
    assert thing.observation(0)["state"] == "live"
    early = thing.observation(0, {"state": "deleted"})
    assert (early["state"], "body" in early) == ("deleted", False)
    assert thing.observation(2, {"state": "live"})["state"] == "deleted"


@pytest.mark.parametrize(
    ("via", "causes"),
    [
        ("cc", ["new", "reread"]),
        ("nn", ["new", "reread"]),
        ("tm", ["repair", "reread"]),
        ("ii", ["repair", "reread"]),
    ],
)
def test_the_cause_is_what_it_was_asked_for(via, causes):
    """A comment page is read to repair; what is known already may be told as a look again."""
    thing = answered("t1_c", [10, 200], [1, 1], walls=[0.0, 9.0], taken_by=[0.0, 9.0], via=via)
    assert [thing.observation(place)["cause"] for place in range(2)] == causes
    said = [thing.observation(place, {"cause": "new"})["cause"] for place in range(2)]
    assert said == ["new", "reread"]
    said = [thing.observation(place, {"cause": "repair"})["cause"] for place in range(2)]
    assert said == [causes[0], "reread"]


def test_a_sweep_is_a_look_at_what_is_old():
    """By name, a day after its birth at the earliest."""
    thing = answered(
        "t1_c",
        [10, 86000, 86400, 86400],
        [1] * 4,
        walls=[0, 9, 19, 29],
        taken_by=[0, 9, 19, 29],
        via="ciic",
    )
    said = [thing.observation(place, {"cause": "sweep"})["cause"] for place in range(4)]
    assert said == ["new", "reread", "sweep", "reread"]


def test_what_died_with_the_producer_need_not_be_told_unless_it_was():
    """The next answer is the news then; it may still be known, or not."""
    course = {
        "walls": [0, 9, 19],
        "taken_by": [0, 9, 19],
        "via": "cii",
        "lost": {1},
        "forgotten": {1},
    }
    thing = answered("t1_c", [10, 900, 2700], [1, 14, 12], **course)
    assert list(thing.news(10)) == [0, 2]
    assert list(thing.news(10, {1})) == [0, 1]
    said = [thing.observation(2, {"peak_score": peak})["peak_score"] for peak in (12, 14, 13)]
    assert said == [12, 14, 12]
    first = answered(
        "t1_c", [10, 900], [1, 1], walls=[0, 9], taken_by=[0, 9], via="cc", forgotten={0}
    )
    assert first.observation(1, {"cause": "new"})["cause"] == "new"
    assert list(first.news(10)) == [0]


def test_a_first_crossing_is_not_forgotten():
    """It is saved at once; what came after it on the way up may be."""
    course = {"walls": [0, 9, 19, 29, 39], "taken_by": [0, 9, 19, 29, 39], "via": "ciiii"}
    course |= {"forgotten": {1, 2, 3}, "min_score": 10}
    thing = answered("t1_c", [10, 900, 1000, 1100, 2700], [1, 8, 14, 17, 9], **course)
    said = [thing.observation(4, {"peak_score": peak})["peak_score"] for peak in (9, 8, 14, 17)]
    assert said == [14, 14, 14, 17]
    lost = answered("t1_c", [10, 900, 1000, 1100, 2700], [1, 8, 14, 17, 9], lost={2, 3}, **course)
    assert lost.observation(4, {"peak_score": 9})["peak_score"] == 9
    assert lost.observation(4, {"peak_score": 9}, told={2})["peak_score"] == 14


def test_what_only_lost_answers_showed_is_expected_of_nobody():
    """Neither to be kept nor to be told gone; it is no less possible."""
    thing = answered("t1_c", [10, 900, 1800], [1, 14, 12], gone_from=2, lost={1, 2})
    assert (thing.reached(10), thing.reached(10, surely=False)) == (False, True)
    assert (thing.is_gone(), thing.is_lost()) == (False, False)
    assert answered("t1_c", [10], [1], lost={0}).is_lost()


def test_a_posts_score_may_be_forgotten():
    """Posts are kept whatever their score is, so nothing of it is saved at once."""
    course = {"walls": [0, 9, 19], "taken_by": [0, 9, 19], "via": "nii", "forgotten": {1}}
    thing = answered("t3_p", [10, 900, 2700], [1, 14, 9], min_score=10, **course)
    assert thing.observation(2, {"peak_score": 9})["peak_score"] == 9


def test_how_long_answers_wait_for_each_other_is_given():
    """The faster the clock runs, the more of it passes meanwhile."""
    course = {"walls": [0, 0.5], "taken_by": [0, 0.5], "via": "cc"}
    thing = answered("t1_c", [10, 110], [1, 1], queue_seconds=120, **course)
    assert thing.candidates(START + 111) == [0, 1]
    assert answered("t1_c", [10, 110], [1, 1], **course).candidates(START + 111) == [1]
