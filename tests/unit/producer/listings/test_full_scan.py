"""A full scan goes to the listing's end, and rests until it is time again."""

import pytest

from producer.listings.full_scan import EVERY_SECONDS, FullScan, every_seconds
from tests.support.producer_fakes import START
from tests.unit.producer.listings.test_poll import things


def test_a_full_scan_goes_from_page_to_page_to_the_end_whatever_is_known():
    scan = FullScan("comments", START, 300.0)
    assert scan.anchor(START) is None
    scan.take(things(range(100)), "t1_c99")
    assert (scan.anchor(START + 2), scan.due_at()) == ("t1_c99", START)
    scan.take(things(range(100, 150)), None)
    assert scan.due_at() == START + 300


def test_a_deleted_anchor_does_not_end_a_scan():
    """Reddit answers it with an empty page; the thing above it is tried."""
    scan = FullScan("comments", START, 300.0)
    scan.anchor(START)
    scan.take(things(range(100)), "t1_c99")
    scan.take([], None)
    assert scan.anchor(START + 3) == "t1_c98"


@pytest.mark.parametrize("per_minute", [2, 10, 30, 100])
def test_scans_leave_most_of_the_quota(per_minute):
    """Twenty requests each time, a fifth of the quota at most."""
    assert every_seconds(per_minute) >= EVERY_SECONDS
    assert 20 / (every_seconds(per_minute) / 60) <= 0.2 * per_minute
