"""When a listing is polled, and what a complete poll leaves behind."""

from math import inf

import pytest

from producer.gap import Gap
from producer.job import Purpose
from producer.listings.cursor import Cursor
from producer.listings.listing import Listing
from producer.listings.listing_poll import ListingPoll
from producer.reddit.question import ListingPage
from tests.support.listing_answers import START, comment, give, numbered


def poller(*, known=(), newest_at=START - 50, settled_at=START - 80, now=START):
    cursor = None
    if known:
        cursor = Cursor("comments", tuple(f"t1_c{n}" for n in known), newest_at, settled_at)
    return ListingPoll(Listing("wsb", "comments", cursor), now, least=1.0, most=30.0)


def pages(poll, count, *, apart=1.0, now=START, end=False):
    """Give so many pages of a hundred things; returns the gaps."""
    gaps = []
    for page in range(count):
        first = page * 100
        items = numbered(range(first, first + 100), newest_at=START - first * apart, apart=apart)
        after = None if end and page == count - 1 else items[-1]["name"]
        gaps += give(poll, items, now=now + page, after=after)
    return gaps


def test_it_asks_for_the_newest_page_at_once_and_then_from_page_to_page():
    poll = poller()
    assert (poll.due_at(START), poll.purpose) == (START, Purpose.POLL)
    assert poll.ask(START).question == ListingPage("wsb", "comments", None)
    poll = poller()
    pages(poll, 1)
    assert poll.due_at(START) == START
    assert poll.ask(START + 1).question == ListingPage("wsb", "comments", "t1_c99")


def test_the_first_poll_of_all_reads_to_the_end_and_finds_no_hole():
    poll = poller()
    assert pages(poll, 10, end=True) == []
    cursor = poll.listing.cursor
    assert (cursor.newest_at, cursor.settled_at) == (START, START - 24)
    assert cursor.recent == tuple(f"t1_c{n}" for n in range(1000))
    assert (poll.listing.dirty, poll.listing.headed) == (True, True)


def test_ids_of_an_unfinished_poll_are_no_overlap():
    """Killed after its first page, or begun again, the next poll must reach what lies below."""
    poll = poller(known=range(500, 600))
    pages(poll, 1)
    assert poll.listing.cursor.recent == tuple(f"t1_c{n}" for n in range(500, 600))
    for _ in range(3):
        poll.fail(poll.ask(START), START)
    assert poll.due_at(START) == START + 10
    request = poll.ask(START + 10)
    assert request.question.after is None
    items = numbered(range(100))
    assert give(poll, items, now=START + 10, after="t1_c99", request=request) == []
    assert poll.ask(START + 10).question.after == "t1_c99"


def test_a_complete_poll_rests_for_an_interval_from_its_beginning():
    poll = poller()
    give(poll, numbered(range(60), apart=0.2), now=START + 2, after=None)
    assert poll.due_at(START + 2) == pytest.approx(START + 2 + 70 * 59 * 0.2 / 60)
    poll = poller(known=range(100))
    give(poll, numbered(range(100), apart=1.0), now=START + 2, after="t1_c99")
    assert poll.due_at(START + 2) == START + 2 + 30


def test_a_full_listing_without_overlap_is_a_hole_from_what_was_settled():
    poll = poller(known=[5000], newest_at=START - 2000, settled_at=START - 2024)
    (gap,) = pages(poll, 10, end=True)
    assert gap == Gap(gap.id, "comments", START + 9, START - 2024, START - 970)
    cursor = poll.listing.cursor
    assert (cursor.gaps, cursor.settled_at) == ((gap,), START - 24)
    assert "t1_c5000" not in cursor.recent


def test_a_hole_in_a_listing_shorter_than_things_are_late_leaves_the_rest_to_the_deep_polls():
    poll = poller(known=[5000], newest_at=START - 2000, settled_at=START - 2024)
    pages(poll, 10, apart=0.02, end=True)
    assert poll.listing.cursor.settled_at == pytest.approx(START - 970 * 0.02)


def test_a_thing_from_the_future_hides_no_hole():
    """One wrong stamp must not stand above everything that is created until then."""
    poll = poller(known=[5000], newest_at=START - 2000, settled_at=START - 2024)
    wrong = [comment(9000, START + 1e9), *numbered(range(99), apart=10.0)]
    assert give(poll, wrong, now=START, after=None) == []
    cursor = poll.listing.cursor
    assert cursor.newest_at == START
    poll = ListingPoll(Listing("wsb", "comments", cursor), START, least=1.0, most=30.0)
    later = [comment(20_000 + n, START + 4000 - n) for n in range(40)]
    (gap,) = give(poll, later, now=START + 4001, after=None)
    assert (gap.from_at, gap.to_at) == (START - 2024, START + 3990)


def test_a_short_listing_without_overlap_is_a_hole_once_it_was_long():
    """Three hundred known ids do not all vanish by deletion."""
    poll = poller(known=range(5000, 5300), newest_at=START - 2000, settled_at=START - 2024)
    (gap,) = give(poll, numbered(range(40)), now=START)
    assert (gap.from_at, gap.to_at) == (START - 2024, START - 10)


def test_a_listing_that_was_always_short_has_shown_all_there_is():
    """The few that were known may have been deleted meanwhile."""
    poll = poller(known=[5000], newest_at=START - 2000)
    assert give(poll, numbered(range(40)), now=START) == []
    assert poll.listing.cursor.recent == (*(f"t1_c{n}" for n in range(40)), "t1_c5000")


def test_a_listing_that_reaches_below_the_newest_known_thing_has_no_hole():
    """Whatever was known of it is deleted, or in another place."""
    poll = poller(known=range(5000, 5300), newest_at=START - 960)
    assert pages(poll, 10, end=True) == []


@pytest.mark.parametrize("items", [[], [{"name": "t1_c1"}, "nonsense"]])
def test_a_first_page_without_a_readable_thing_is_asked_for_again(items):
    """It ends no poll, moves no cursor, and tells of no gap to the end of time."""
    poll = poller(known=range(300))
    before = poll.listing.cursor
    waits = []
    now = START
    for _ in range(7):
        assert give(poll, items, now=now) == []
        waits.append(poll.due_at(now) - now)
        now = poll.due_at(now)
        assert poll.listing.cursor == before
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits[:5]))
    assert all(15 <= wait <= 30 for wait in waits[5:])
    give(poll, numbered(range(100)), now=now, after="t1_c99")
    assert poll.listing.cursor.newest_at == START


def test_an_empty_page_below_all_anchors_begins_the_poll_again():
    poll = poller(known=range(500, 600))
    pages(poll, 1)
    asked = []
    for _ in range(3):
        request = poll.ask(START)
        asked.append(request.question.after)
        give(poll, [], now=START, request=request)
    assert asked == ["t1_c99", "t1_c98", "t1_c97"]
    assert START < poll.due_at(START) <= START + 1
    assert poll.ask(START + 1).question.after is None
    assert poll.listing.cursor.newest_at == START - 50


def test_a_stale_page_does_no_harm():
    poll = poller(known=range(300), newest_at=START)
    assert give(poll, numbered(range(100, 200), newest_at=START - 100), now=START) == []
    cursor = poll.listing.cursor
    assert (cursor.newest_at, len(cursor.recent)) == (START, 300)


def test_a_page_that_does_not_come_is_asked_for_once_more_beside_it():
    """A time-out of 16 s must not stand still while the listing runs on."""
    poll = poller(known=range(100))
    slow = poll.ask(START)
    assert poll.due_at(START) == START + 5
    again = poll.ask(START + 5)
    assert again.question == slow.question
    assert poll.due_at(START + 5) == inf
    give(poll, numbered(range(100)), now=START + 6, after="t1_c99", request=again)
    due_at = poll.due_at(START + 6)
    poll.fail(slow, START + 16)
    assert poll.due_at(START + 16) == due_at == START + 30


def test_the_same_page_twice_counts_once():
    poll = poller(known=range(500, 600))
    both = [poll.ask(START), poll.ask(START + 5)]
    for request in both:
        give(poll, numbered(range(100)), now=START + 6, after="t1_c99", request=request)
    assert poll.ask(START + 6).question.after == "t1_c99"
    give(poll, numbered(range(500, 600)), now=START + 7, after="t1_c599", request=both[0])
    assert poll.listing.cursor.newest_at == START - 50  # still the old cursor
