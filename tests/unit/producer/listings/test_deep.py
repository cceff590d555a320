"""When a listing is read again, from where, and how far down."""

from math import inf, nan

import pytest

from producer.listings.deep import DeepPoll, Plan, plan, start
from tests.support.listing_answers import START, page

CALM = Plan(55.0, 24.0)


@pytest.mark.parametrize(
    ("span", "every", "reach"),
    [
        (inf, 300.0, 24.0),  # everything there is is listed
        (2000.0, 160.0, 24.0),  # 0.5 comments a second
        (1000.0, 80.0, 24.0),  # 1
        (200.0, 55.0, 24.0),  # 5
        (50.0, 0.8 * (50 - 27), 24.0),  # 20
        (25.6, 0.18 * 25.6, 25.6 - 0.18 * 25.6 - 3),  # 39: too short to wait for what is late
        (6.0, 0.18 * 6, 6 - 0.18 * 6 - 3),
    ],
)
def test_the_deep_interval_follows_what_the_listing_spans(span, every, reach):
    """Each stretch is read when it is old enough, and before it falls off the end."""
    assert plan(span) == pytest.approx((every, reach))
    assert plan(span).reach + plan(span).every + 3 <= span + 1e-9
    assert plan(span).late_only_gap == (reach < 24)


def test_a_deep_poll_begins_above_the_first_thing_that_is_old_enough():
    recent = {f"t1_c{number}": START - number for number in range(100)}
    assert start(recent, START - 24) == [f"t1_c{number}" for number in range(24)]
    assert start(recent, START) == []  # all of it is: from the top
    assert start({"t1_c1": nan}, START) == []  # read before a restart
    assert start({}, START) == []


def begun(**fields):
    settled_at = fields.pop("settled_at", START - 150)
    return DeepPoll(began_at=START, plan=CALM, settled_at=settled_at, **fields)


def test_it_ends_where_the_deep_poll_before_it_began():
    before = frozenset({"t1_c110", "t1_c111", "t1_c112", "t1_c113"})
    poll = begun(anchors=("t1_c-1",), before=before)
    poll = poll.turn_page(page(range(100), newest_at=START - 25))
    assert (poll.complete, poll.after, poll.top[:2]) == (False, "t1_c99", ("t1_c0", "t1_c1"))
    poll = poll.turn_page(page(range(100, 200), newest_at=START - 125))
    assert (poll.complete, poll.bottom_at) == (True, None)


def test_two_things_of_the_deep_poll_before_it_prove_nothing():
    poll = begun(anchors=("t1_c-1",), before=frozenset({"t1_c1", "t1_c99"}))
    assert not poll.turn_page(page(range(100), newest_at=START - 25)).complete


def test_without_them_it_ends_five_seconds_below_what_is_settled():
    settled = START - 25 - 70 + 5  # as old as the newest of the tail, less the disorder
    for moment, complete in ((settled, False), (settled + 0.1, True)):
        poll = begun(anchors=("t1_c-1",), settled_at=moment)
        assert poll.turn_page(page(range(100), newest_at=START - 25)).complete == complete


def test_the_listings_end_before_that_is_its_bottom():
    poll = begun(anchors=("t1_c-1",)).turn_page(page(range(50), newest_at=START - 25, after=None))
    assert (poll.complete, poll.bottom_at) == (True, START - 25 - 20)
    assert poll.until_at == START - 24


def test_an_anchor_that_is_not_listed_gives_way_to_the_one_above_and_then_to_the_top():
    poll = begun(anchors=("t1_c3", "t1_c2"))
    asked = [poll.after]
    for _ in range(2):
        poll = poll.turn_page(page([], after=None))
        asked.append(poll.after)
    assert asked == ["t1_c3", "t1_c2", None]
    assert poll.turn_page(page([], after=None)) is None


def test_a_page_from_the_top_says_nothing_of_what_is_newer_than_its_newest_thing():
    """It may be an old page of a cache: what came after it is still to be read."""
    poll = begun(settled_at=START - 500)
    poll = poll.turn_page(page(range(100), newest_at=START - 300))
    poll = poll.turn_page(page(range(100, 250), newest_at=START - 400))
    assert (poll.complete, poll.until_at) == (True, START - 300)


def test_all_that_is_listed_below_its_top_was_old_enough():
    poll = begun().turn_page(page(range(100), newest_at=START))
    assert poll.top == tuple(f"t1_c{number}" for number in range(24, 34))


def test_the_third_failure_in_a_row_gives_it_up():
    assert begun().failed().failed().failed() is None


def test_an_empty_page_below_all_its_anchors_completes_nothing():
    poll = begun().turn_page(page(range(100), newest_at=START))
    for anchor in ("t1_c98", "t1_c97"):
        poll = poll.turn_page(page([], after=None))
        assert (poll.after, poll.complete) == (anchor, False)
    assert poll.turn_page(page([], after=None)) is None
