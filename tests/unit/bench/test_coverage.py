"""What `make bench-coverage` promises, in small: ours misses nothing that Reddit can still show."""

import random
from dataclasses import replace

import pytest

from bench.coverage.measure import Reading, judge, measure, read_by_ours
from bench.coverage.replay import Weather
from bench.coverage.scenario import Course, course_of, make_world
from contract import format_instant
from producer.job import Purpose
from tests.support.reddit_builders import START, comment, post, world


def ours(rate, scenario, seconds):
    return measure("wsb_stream", make_world(rate, seconds), course_of(scenario, seconds))


@pytest.mark.parametrize("scenario", ["calm", "restart", "errors"])
def test_nothing_is_missed_at_five_comments_a_second(scenario):
    measured = ours(5.0, scenario, 420.0)
    assert measured.items > 1000
    assert (measured.missed, measured.duplicates) == (frozenset(), 0)


def test_what_an_outage_hid_is_repaired_and_what_nothing_shows_is_flagged():
    measured = ours(5.0, "outage", 1400.0)
    assert (measured.unflagged, measured.findable, measured.duplicates) == (set(), set(), 0)
    assert measured.repaired
    assert measured.items > 6000


@pytest.mark.parametrize("status", ["open", "partial", "repaired"])
def test_a_repaired_gap_flags_only_what_nobody_can_read_any_more(status):
    """Repaired says that every thread was read: what one still shows is told by nobody."""
    course = Course(((START, START + 1400),), Weather())
    deleted = [(START + 800, "[deleted]", None, False)]
    place = world(
        post("p"),
        comment("read", 200, post="p"),
        comment("shown", 300, post="p"),
        comment("deleted", 300, post="p", changes=deleted),
        comment("hidden", 300, post="nobody_knows_it"),
        comment("elsewhere", 301, post="p"),
    )
    span = {"from_at": format_instant(START + 300), "to_at": format_instant(START + 300.5)}
    opened = {"kind": "gap", "listing": "comments", "id": "gap_1", "status": "open", **span}
    read = {"kind": "comment", "id": "t1_read", "cause": "new"}
    reading = Reading()
    reading.hand_on([read, opened, opened | {"status": status}])
    measured = judge(reading, place, course)
    assert measured.missed == {"t1_shown", "t1_deleted", "t1_hidden", "t1_elsewhere"}
    contradicted = {"t1_shown"} if status == "repaired" else set()
    assert measured.unflagged == {"t1_elsewhere"} | contradicted


def test_a_run_made_again_is_the_same():
    """How long is waited after an error is drawn: from the same seed."""
    place, course = make_world(1.0, 300.0), course_of("errors", 300.0)
    first, again = (measure("praw_stream", place, course) for _ in range(2))
    assert first == again


def test_at_the_peaks_busiest_almost_nothing_is_missed_and_all_of_it_flagged():
    measured = ours(39.0, "calm", 240.0)
    assert measured.unflagged == set()
    assert len(measured.missed) <= 0.001 * measured.items
    assert measured.requests_per_minute <= 80


def test_calm_reading_takes_a_fifth_of_what_praws_stream_takes():
    place, course = make_world(1.0, 420.0), course_of("calm", 420.0)
    stream, mine = (measure(each, place, course) for each in ("praw_stream", "wsb_stream"))
    assert mine.requests_per_minute <= 0.2 * stream.requests_per_minute
    assert stream.items == mine.items > 200


def test_a_before_cursor_is_stuck_by_a_deletion_and_flags_nothing():
    """Reddit answers a deleted anchor with an empty page: the rivals are run, not quoted."""
    place, course = make_world(1.0, 1200.0), course_of("calm", 1200.0)
    measured = measure("before_cursor", place, course)
    assert measured.missed
    assert measured.unflagged == measured.missed


@pytest.mark.parametrize("weather", [Weather(), Weather(empty_share=0.3)])
def test_polls_without_deep_polls_miss_nothing_but_what_appears_late(weather):
    """Each guarantees what it is for: a poll that ended too early would hide behind a deep one."""
    place = make_world(20.0, 300.0)
    course = replace(course_of("calm", 300.0), weather=weather)
    random.seed(1)  # how long it backs off: too many failures in a row are a gap, repairs are off
    measured = judge(read_by_ours(place, course, (Purpose.POLL,)), place, course)
    late = {each for each in measured.missed if place.appears_at[each] > place.things[each].created}
    assert measured.missed == late
    assert len(late) < 0.01 * measured.items
