"""A full scan goes to the listing's end, and rests until it is time again."""

from math import inf

import pytest

from producer.job import Purpose
from producer.listings.full_scan import EVERY_SECONDS, FullScan, every_seconds
from producer.listings.listing import Listing
from producer.reddit.question import ListingPage
from tests.support.listing_answers import START, give, numbered


def scan(*, first_at=START, known=0):
    listing = Listing("wsb", "new")
    items = numbered(range(known))
    if items:
        listing.learn([one["name"] for one in items], [one["created_utc"] for one in items])
    listing.headed = True
    return FullScan(listing, first_at, 300.0)


def test_it_goes_from_page_to_page_to_the_end_whatever_is_known():
    one = scan(known=100)
    assert (one.due_at(START), one.purpose) == (START, Purpose.DEEP)
    request = one.ask(START)
    assert request.question == ListingPage("wsb", "new", None)
    assert one.due_at(START) == inf
    give(one, numbered(range(100)), now=START + 1, after="t1_c99", request=request)
    assert one.due_at(START + 1) == START + 1
    request = one.ask(START + 2)
    assert request.question.after == "t1_c99"
    give(one, numbered(range(100, 150), newest_at=START - 100), now=START + 3, request=request)
    assert len(one.listing.recent) == 150
    assert one.due_at(START + 3) == START + 300


def test_it_waits_for_the_first_complete_poll():
    one = scan()
    one.listing.headed = False
    assert one.due_at(START) == inf


def test_a_listing_that_spans_less_than_the_interval_is_not_scanned():
    one = scan()
    items = numbered(range(1000), apart=0.2)
    one.listing.learn([each["name"] for each in items], [each["created_utc"] for each in items])
    assert one.due_at(START) == START + 300


def test_what_was_approved_later_joins_the_known_ids_in_its_place():
    one = scan(known=100)
    items = numbered(range(100))
    approved = {**items[0], "name": "t1_approved", "created_utc": START - 50.5}
    give(one, [*items[:51], approved, *items[51:]], now=START)
    assert list(one.listing.recent)[50:53] == ["t1_c50", "t1_approved", "t1_c51"]


def test_a_deleted_anchor_does_not_end_a_scan():
    """Reddit answers it with an empty page; the thing above it is tried."""
    one = scan()
    give(one, numbered(range(100)), now=START, after="t1_c99")
    give(one, [], now=START)
    assert one.ask(START + 3).question.after == "t1_c98"


def test_a_page_that_does_not_come_three_times_ends_a_scan_until_the_next():
    one = scan()
    for _ in range(2):
        one.fail(one.ask(START), START)
    assert one.due_at(START) == START
    one.fail(one.ask(START), START + 1)
    assert one.due_at(START + 1) == START + 301


@pytest.mark.parametrize("per_minute", [2, 10, 30, 100])
def test_scans_leave_most_of_the_quota(per_minute):
    """Twenty requests each time, a fifth of the quota at most."""
    assert every_seconds(per_minute) >= EVERY_SECONDS
    assert 20 / (every_seconds(per_minute) / 60) <= 0.2 * per_minute
