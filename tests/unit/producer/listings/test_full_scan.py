"""A full scan goes to the listing's end, and rests until it is time again."""

import pytest

from producer.listings.full_scan import EVERY_SECONDS, FullScan, every_seconds
from producer.reddit.batch import batch_of
from producer.reddit.purpose import Purpose
from producer.reddit.question import Answer
from tests.support.producer_fakes import START
from tests.unit.producer.listings.test_poll import things


def turn(scan, now, page, after):
    """Ask for a page and give it; returns the anchor that was asked for."""
    request = scan.ask(now)
    assert scan.due_at(now) == float("inf")
    assert (request.question[:2], request.purpose) == (("stocks", "comments"), Purpose.DEEP)
    scan.take(request, batch_of(page), Answer([], after), now)
    return request.question.after


def test_a_full_scan_goes_from_page_to_page_to_the_end_whatever_is_known():
    scan = FullScan("stocks", "comments", START, 300.0)
    assert turn(scan, START, things(range(100)), "t1_c99") is None
    assert scan.due_at(START + 2) == START
    assert turn(scan, START + 2, things(range(100, 150)), None) == "t1_c99"
    assert scan.due_at(START + 3) == START + 300


def test_a_deleted_anchor_does_not_end_a_scan():
    """Reddit answers it with an empty page; the thing above it is tried."""
    scan = FullScan("stocks", "comments", START, 300.0)
    turn(scan, START, things(range(100)), "t1_c99")
    turn(scan, START + 2, [], None)
    assert scan.ask(START + 3).question.after == "t1_c98"


@pytest.mark.parametrize("per_minute", [2, 10, 30, 100])
def test_scans_leave_most_of_the_quota(per_minute):
    """Twenty requests each time, a fifth of the quota at most."""
    assert every_seconds(per_minute) >= EVERY_SECONDS
    assert 20 / (every_seconds(per_minute) / 60) <= 0.2 * per_minute
