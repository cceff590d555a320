"""How far a poll walks, and when it says that there is a hole."""

import pytest

from producer.job import Purpose, Request
from producer.listings.listing_poll import ListingPoll
from producer.listings.poll import Cursor, Poll, interval_seconds
from producer.reddit.batch import batch_of
from producer.reddit.question import Answer, ListingPage
from producer.reddit.thing import thing_of
from tests.support.producer_fakes import START, comment


def things(numbers, *, newest_at=START, apart=1.0):
    """Return comments, newest first, one every `apart` seconds."""
    return [
        thing_of(comment(number, newest_at - place * apart)) for place, number in enumerate(numbers)
    ]


def cursor(*numbers, newest_at=START - 50, deep_at=START - 10):
    recent = tuple(f"t1_c{number}" for number in numbers)
    return Cursor("comments", recent, newest_at, deep_at)


def test_the_first_poll_of_all_reads_to_the_end_and_finds_no_hole():
    poll = Poll.begin(None, START, restarted=True)
    poll = poll.turn_page(None, things(range(100)), "t1_c99")
    assert not poll.complete
    poll = poll.turn_page(None, things(range(100, 150)), None)
    assert poll.complete
    got, gap = poll.close(None, "comments", START)
    assert gap is None
    assert (got.newest_at, got.deep_at, got.recent[0]) == (START, START, "t1_c0")


def test_a_poll_stops_at_the_first_page_that_overlaps():
    known = cursor(99)
    poll = Poll.begin(known, START, restarted=False)
    assert poll.turn_page(known, things(range(100)), "t1_c99").complete


def test_a_poll_without_overlap_turns_the_page():
    known = cursor(150)
    poll = Poll.begin(known, START, restarted=False).turn_page(known, things(range(100)), "t1_c99")
    assert (poll.after, poll.complete) == ("t1_c99", False)
    assert poll.turn_page(known, things(range(100, 200)), "t1_c199").complete


def test_a_deep_poll_goes_on_to_the_deep_poll_before_it_and_a_minute_further():
    """Things appear up to 20 s late, below what is already known."""
    known = cursor(0, 1, 2, deep_at=START - 55)
    poll = Poll.begin(known, START, restarted=False)
    poll = poll.turn_page(known, things(range(100)), "t1_c99")
    assert poll.overlapped
    assert not poll.complete  # 99 s back, but 55 + 60 are needed
    assert poll.turn_page(known, things(range(100, 200), newest_at=START - 100), "t1_c199").complete


def test_the_first_poll_after_a_restart_is_deep():
    known = cursor(0, deep_at=START - 5)
    assert Poll.begin(known, START, restarted=True).until_at == START - 65
    assert Poll.begin(known, START, restarted=False).until_at is None


def test_a_full_listing_without_overlap_is_a_hole():
    known = cursor(5000, newest_at=START - 2000)
    poll = Poll.begin(known, START, restarted=True)
    for page in range(10):
        numbers = range(page * 100, page * 100 + 100)
        after = f"t1_c{page * 100 + 99}" if page < 9 else None
        shown = things(numbers, newest_at=START - page * 100)
        poll = poll.turn_page(known, shown, after)
    got, gap = poll.close(known, "comments", START)
    assert (gap.listing, gap.from_at, gap.to_at) == ("comments", START - 2000, START - 999)
    assert got.gaps_open == 1


def test_a_short_listing_without_overlap_is_a_hole_too_once_it_was_long():
    """Three hundred known ids do not all vanish by deletion."""
    known = cursor(*range(5000, 5300), newest_at=START - 2000)
    poll = Poll.begin(known, START, restarted=True).turn_page(known, things(range(40)), None)
    assert poll.close(known, "comments", START)[1].to_at == START - 39


def test_a_listing_that_was_always_short_has_shown_all_there_is():
    """The few that were known may have been deleted meanwhile."""
    known = cursor(5000, newest_at=START - 2000)
    poll = Poll.begin(known, START, restarted=True).turn_page(known, things(range(40)), None)
    assert poll.close(known, "comments", START)[1] is None


def test_an_anchor_deleted_meanwhile_is_replaced_by_the_thing_above_it():
    """Reddit answers it with an empty page, not with an error."""
    known = cursor(5000)
    poll = Poll.begin(known, START, restarted=False)
    poll = poll.turn_page(known, things(range(100)), "t1_c99")
    poll = poll.turn_page(known, [], None)
    assert (poll.after, poll.complete) == ("t1_c98", False)


def test_ids_of_an_unfinished_poll_are_no_overlap():
    """Killed after its first page, the next poll must still reach what lies below."""
    known = cursor(500)
    first = Poll.begin(known, START, restarted=False)
    first.turn_page(known, things(range(100)), "t1_c99")
    again = Poll.begin(known, START + 5, restarted=False)
    assert not again.turn_page(known, things(range(100)), "t1_c99").complete


def test_a_stale_page_does_not_push_the_newest_ids_out():
    known = cursor(*range(300))
    poll = Poll.begin(known, START, restarted=False).turn_page(
        known, things(range(50, 150)), "t1_c149"
    )
    got, _ = poll.close(known, "comments", START)
    assert {f"t1_c{number}" for number in range(300)} == set(got.recent)


@pytest.mark.parametrize(
    ("count", "apart", "expected"),
    [(100, 0.001, 1.0), (100, 0.1, 7.0 * 99 / 100), (100, 60, 30.0), (3, 1.0, 30.0)],
)
def test_the_interval_aims_at_seventy_new_things_a_page(count, apart, expected):
    """A short listing is polled at the longest interval."""
    page = things(range(count), apart=apart)
    assert pytest.approx(expected) == interval_seconds(page, 1.0, 30.0)


def test_a_listing_poll_begins_its_next_poll_an_interval_after_the_last_one_began():
    poll = ListingPoll("stocks", "comments", None, START, least=1.0, most=30.0)
    request = poll.ask(START)
    assert request == Request(ListingPage("stocks", "comments", None), Purpose.POLL, poll)
    assert poll.due_at(START + 1) == float("inf")
    poll.take(request, batch_of(things(range(3))), Answer([]), START + 2)
    assert poll.due_at(START + 2) == START + 30
    assert poll.dirty
