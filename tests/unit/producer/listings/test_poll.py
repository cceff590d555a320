"""How far a poll reads down a listing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.listings.poll import Poll, interval_seconds
from tests.support.listing_answers import START, page


def turned(known, *pages):
    poll = Poll(began_at=START)
    for each in pages:
        poll = poll.turn_page(known, each)
    return poll


def names(numbers):
    return {f"t1_c{number}" for number in numbers}


def test_a_poll_ends_when_the_last_thirty_of_a_page_are_known():
    assert turned(names(range(70, 100)), page(range(100))).complete


@pytest.mark.parametrize("unread", [70, 85, 99])
def test_one_unread_thing_in_the_tail_turns_the_page(unread):
    """Listings are slightly out of order: below it there may be more."""
    poll = turned(names(range(300)) - names([unread]), page(range(100)))
    assert (poll.complete, poll.met, poll.after) == (False, False, "t1_c99")


@pytest.mark.parametrize("known", [0, 50, 99])
def test_one_known_thing_proves_nothing(known):
    poll = turned(names([known]), page(range(100)))
    assert not poll.complete
    assert turned(names([known, *range(170, 200)]), page(range(100)), page(range(100, 200))).met


@given(st.lists(st.booleans(), min_size=30, max_size=100))
def test_a_poll_goes_on_exactly_while_something_in_the_tail_is_unread(read):
    known = {f"t1_c{number}" for number, is_read in enumerate(read) if is_read}
    poll = turned(known, page(range(len(read))))
    assert poll.complete == all(read[-30:])


def test_the_listings_end_ends_a_poll():
    poll = turned((), page(range(100)), page(range(100, 150), after=None, newest_at=START - 100))
    assert (poll.complete, poll.met) == (True, False)
    assert poll.ids == tuple(f"t1_c{number}" for number in range(150))
    assert poll.created_at[0] == START
    assert poll.tail_at == START - 120  # the newest of the last thirty


def test_an_empty_first_page_is_no_page():
    assert Poll(began_at=START).turn_page((), page([])) is None


def test_an_anchor_deleted_meanwhile_is_replaced_by_the_things_above_it():
    """Reddit answers it with an empty page, not with an error."""
    poll = turned((), page(range(100)))
    asked = [poll.after]
    for _ in range(2):
        poll = poll.turn_page((), page([], after=None))
        asked.append(poll.after)
        assert not poll.complete
    assert asked == ["t1_c99", "t1_c98", "t1_c97"]
    assert poll.turn_page((), page([], after=None)) is None


def test_the_third_failure_in_a_row_gives_a_poll_up():
    poll = Poll(began_at=START).failed().failed()
    assert poll.failures == 2
    assert poll.failed() is None
    assert poll.turn_page((), page(range(100))).failures == 0


@pytest.mark.parametrize(
    ("count", "apart", "expected"),
    [
        (100, 60.0, 30.0),  # the longest
        (100, 1.0, 30.0),
        (100, 0.2, 70 * 0.2 * 0.99),  # 5 a second: one page, 70 new
        (100, 0.1, 170 * 0.1 * 0.99),  # 10 a second: two pages
        (100, 0.05, 270 * 0.05 * 0.99),  # 20 a second: three
        (100, 1 / 39, 370 / 39 * 0.99),  # 39 a second: four, and no more
        (100, 1 / 60, 370 / 60 * 0.99),
        (100, 0.001, 1.0),  # the shortest
        (49, 0.05, 30.0),  # a listing shorter than half a page
        (100, 0.0, 1.0),
    ],
)
def test_the_interval_aims_at_a_last_page_of_seventy_new_things(count, apart, expected):
    created_at = page(range(count), apart=apart).created_at
    assert interval_seconds(created_at, 1.0, 30.0) == pytest.approx(expected)
