"""A listing is read again when nothing can appear late in it; what may be lost is a gap."""

from math import inf

import pytest

from producer.job import Purpose
from producer.listings.cursor import Cursor
from producer.listings.deep_polls import DeepPolls
from producer.listings.listing import Listing
from producer.reddit.question import ListingPage
from tests.support.listing_answers import START, give, numbered


def deep(count=1000, *, apart=1.0, settled_at=START - 150.0):
    """Return the deep polls of a listing of which so many things are known, the newest first."""
    listing = Listing("wsb", "comments", Cursor("comments", (), START, settled_at))
    items = numbered(range(count), apart=apart)
    listing.learn([one["name"] for one in items], [one["created_utc"] for one in items])
    listing.headed = True
    return DeepPolls(listing)


def below(polls, first, count, *, apart=1.0, **answer):
    """Give the page that begins at a thing's number."""
    items = numbered(range(first, first + count), newest_at=START - first * apart, apart=apart)
    return give(polls, items, **{"now": START, "after": items[-1]["name"], **answer})


def test_it_waits_for_the_first_complete_poll_and_then_is_due():
    polls = deep()
    polls.listing.headed = False
    assert polls.due_at(START) == inf
    polls.listing.headed = True
    assert polls.due_at(START) <= START
    assert polls.purpose is Purpose.DEEP


def test_it_begins_above_what_is_old_enough_and_ends_at_what_was_settled():
    polls = deep(settled_at=START - 100)
    request = polls.ask(START)
    assert request.question == ListingPage("wsb", "comments", "t1_c23")
    items = numbered(range(24, 124), newest_at=START - 24)
    assert give(polls, items, now=START + 1, after="t1_c123", request=request) == []
    assert polls.listing.settled_at == START - 100  # 94 s of the tail's newest: one page more
    assert below(polls, 124, 100, now=START + 2) == []
    assert polls.listing.settled_at == START - 24
    assert polls.due_at(START + 2) == pytest.approx(START + 80, abs=0.2)
    assert polls.listing.dirty


def test_the_next_one_ends_where_this_one_began():
    polls = deep(settled_at=START - 88)
    below(polls, 24, 100)
    polls.listing.learn(["t1_x1", "t1_c0"], [START + 60, START])
    request = polls.ask(START + 60)
    assert request.question.after == "t1_x1"
    shown = numbered(range(100), newest_at=START)  # t1_c24 to t1_c33 are on it
    give(polls, shown, now=START + 61, after="t1_c99", request=request)
    assert polls.listing.settled_at == START + 36


def test_what_appeared_late_joins_the_known_ids_in_its_place():
    polls = deep(settled_at=START - 88)
    items = numbered(range(24, 124), newest_at=START - 24)
    late = {**items[0], "name": "t1_late", "created_utc": START - 25.5}
    give(polls, [*items[:2], late, *items[2:]], now=START, after="t1_c123")
    recent = list(polls.listing.recent)
    assert recent[24:28] == ["t1_c24", "t1_c25", "t1_late", "t1_c26"]


def test_a_listing_too_short_for_what_is_late_has_a_gap_that_may_only_lack_that():
    """39 a second: 1,000 things are 25.6 s."""
    polls = deep(apart=1 / 39, settled_at=START - 20)
    request = polls.ask(START)
    anchor = int(request.question.after.removeprefix("t1_c"))
    assert anchor / 39 == pytest.approx(18, abs=0.2)
    first = anchor + 1
    items = numbered(range(first, first + 100), newest_at=START - first / 39, apart=1 / 39)
    give(polls, items, now=START, after=items[-1]["name"], request=request)
    items = numbered(
        range(first + 100, first + 310), newest_at=START - (first + 100) / 39, apart=1 / 39
    )
    (gap,) = give(polls, items, now=START + 1, after=items[-1]["name"])
    assert (gap.from_at, gap.late_only, gap.status) == (START - 20, True, "open")
    assert gap.to_at == polls.listing.settled_at == pytest.approx(START - 18, abs=0.1)


def test_what_fell_off_the_end_before_it_was_read_again_is_a_gap():
    polls = deep(apart=0.1, settled_at=START - 200)  # 100 s
    below(polls, 240, 100, apart=0.1)
    (gap,) = below(polls, 340, 660, apart=0.1, after=None, now=START + 1)
    assert (gap.from_at, gap.late_only) == (START - 200, True)
    assert gap.to_at == pytest.approx(START - 97)
    assert polls.listing.settled_at == START - 24


def test_the_end_of_a_listing_that_was_always_short_is_no_gap():
    polls = deep(60, settled_at=START - 500)
    assert below(polls, 24, 36, after=None) == []
    assert polls.listing.settled_at == START - 24


def test_an_empty_page_settles_nothing():
    polls = deep(settled_at=START - 100)
    for after in ("t1_c23", "t1_c22", "t1_c21", None):
        request = polls.ask(START)
        assert request.question.after == after
        assert give(polls, [], now=START, request=request) == []
    assert polls.listing.settled_at == START - 100
    assert START < polls.due_at(START) <= START + 1


def test_a_page_that_does_not_come_is_asked_for_once_more_and_then_given_up():
    polls = deep()
    slow = polls.ask(START)
    assert polls.due_at(START) == START + 5
    again = polls.ask(START + 5)
    assert (again.question, polls.due_at(START + 5)) == (slow.question, inf)
    for request in (slow, again):
        polls.fail(request, START + 16)
    assert polls.due_at(START + 16) == START + 16
    polls.fail(polls.ask(START + 16), START + 17)
    assert polls.due_at(START + 17) == START + 22
    assert polls.listing.settled_at == START - 150
