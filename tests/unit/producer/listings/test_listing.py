"""What is remembered of a listing, and how its gaps grow, ripen and close."""

from math import inf

import pytest

from producer.gap import Gap, GapStatus
from producer.listings.cursor import Cursor
from producer.listings.listing import Listing
from tests.support.listing_answers import START, page


def listing(settled_at=START, name="comments", **fields):
    return Listing(
        "wallstreetbets", name, Cursor(name, ("t1_c1",), START + 20, settled_at, **fields)
    )


def learnt(numbers, **fields):
    one = Listing("wallstreetbets", "comments")
    shown = page(numbers, **fields)
    one.learn(shown.ids, shown.created_at)
    return one


def test_a_cursor_comes_back_as_it_was():
    gaps = (Gap("gap_1", "comments", START, START - 9, START - 5, "open", 7, late_only=True),)
    cursor = Cursor("comments", ("t1_c2", "t1_c1"), START + 1, START - 24, gaps)
    assert Cursor.from_dict(cursor.to_dict()) == cursor
    assert Listing("wallstreetbets", "comments", cursor).cursor == cursor


def test_without_a_complete_poll_there_is_no_cursor():
    assert Listing("wallstreetbets", "comments").cursor is None


def test_what_is_known_stays_in_the_listings_order():
    """A deep poll shows a late thing in the midst of known ones, and nothing of the newest."""
    one = learnt(range(6))
    one.learn(["t1_c2", "t1_late", "t1_c3"], [START - 2, START - 2.5, START - 3])
    assert list(one.recent) == ["t1_c0", "t1_c1", "t1_c2", "t1_late", "t1_c3", "t1_c4", "t1_c5"]
    one.learn(["t1_new", "t1_c0", "t1_c2"], [START + 1, START, START - 2])
    assert list(one.recent)[:4] == ["t1_new", "t1_c0", "t1_c1", "t1_c2"]
    assert one.newest_at == START + 1


def test_fifteen_hundred_ids_are_remembered_the_newest():
    one = learnt(range(1000))
    newer = page(range(5000, 5600), newest_at=START + 600)
    one.learn([*newer.ids, "t1_c0"], [*newer.created_at, START])
    assert len(one.recent) == 1500
    assert list(one.recent)[0::600] == ["t1_c5000", "t1_c0", "t1_c600"]


def test_a_stale_page_pushes_nothing_out_and_takes_nothing_back():
    one = learnt(range(100))
    one.learn([f"t1_c{n}" for n in range(50, 100)], [START - n for n in range(50, 100)])
    assert list(one.recent) == [f"t1_c{n}" for n in range(100)]
    assert one.newest_at == START


def test_ids_beyond_a_hole_are_forgotten():
    """They are not listed any more: what spans the hole says nothing of the rate."""
    one = learnt(range(100), newest_at=START - 5000)
    newer = page(range(200, 300))
    one.learn(newer.ids, newer.created_at, forget=True)
    assert list(one.recent) == newer.ids


def test_the_span_is_that_of_a_thousand_things():
    assert learnt(range(1000), apart=0.5).span_seconds == pytest.approx(499.5)
    assert learnt(range(1400), apart=0.5).span_seconds == pytest.approx(499.5)
    assert learnt(range(100), apart=0.5).span_seconds == pytest.approx(495)
    assert learnt(range(49)).span_seconds == inf


def test_after_a_restart_only_what_was_read_since_tells_the_span():
    one = Listing(
        "wallstreetbets",
        "comments",
        Cursor("comments", tuple(f"t1_c{n}" for n in range(50, 500)), START, START),
    )
    assert one.span_seconds == inf
    shown = page(range(60), apart=2.0)
    one.learn(shown.ids, shown.created_at)
    assert one.span_seconds == pytest.approx(59 * 2 * 1000 / 60)


def test_a_hole_begins_where_everything_was_read_for_good():
    one = listing(settled_at=START)
    (gap,) = one.hole(START + 300, START + 900)
    assert gap == Gap(
        id=f"gap_comments_{START * 1000:.0f}_{(START + 300) * 1000:.0f}",
        listing="comments",
        found_at=START + 900,
        from_at=START,
        to_at=START + 300,
    )
    assert one.cursor.gaps == (gap,)
    assert (one.gaps_open, one.dirty) == (1, True)


def test_nothing_is_a_hole_that_was_settled_or_before_there_was_a_cursor():
    assert listing(settled_at=START).hole(START, START + 900) == []
    assert Listing("wallstreetbets", "comments").hole(START, START) == []


def test_neighbouring_holes_are_one_gap_told_twice_a_minute():
    one = listing(settled_at=START)
    (first,) = one.hole(START + 5, START + 30, late_only=True)
    told = []
    for second in range(5, 125, 5):
        one.settle(START + second)
        told += one.hole(START + second + 5, START + second + 30, late_only=True)
    assert [(gap.id, gap.from_at, gap.to_at) for gap in told] == [
        (first.id, START, START + 35),
        (first.id, START, START + 65),
        (first.id, START, START + 95),
        (first.id, START, START + 125),
    ]
    assert one.gaps_open == 1
    assert one.cursor.gaps[0].to_at == START + 125


def test_a_hole_far_from_an_open_gap_is_another_gap():
    one = listing(settled_at=START)
    one.hole(START + 5, START + 30)
    one.settle(START + 306)
    (far,) = one.hole(START + 307, START + 400)
    assert far.from_at == START + 306
    assert one.gaps_open == 2


def test_what_is_missing_for_good_is_another_gap_than_what_may_only_be_late():
    one = listing(settled_at=START)
    one.hole(START + 5, START + 30)
    one.settle(START + 5)
    (late,) = one.hole(START + 10, START + 40, late_only=True)
    assert (late.from_at, late.late_only, one.gaps_open) == (START + 5, True, 2)


def test_a_gap_is_repaired_a_minute_after_it_last_grew():
    one = listing(settled_at=START)
    one.hole(START + 5, START + 30)
    one.settle(START + 5)
    one.hole(START + 10, START + 50)
    assert one.ripe_gap(START + 109) is None
    assert one.ripe_at() == START + 110
    assert one.ripe_gap(START + 110).to_at == START + 10


def test_a_gap_that_grows_for_half_an_hour_is_repaired_and_another_begins():
    one = listing(settled_at=START)
    (first,) = one.hole(START + 5, START + 30, late_only=True)
    for second in range(5, 1800, 5):
        one.settle(START + second)
        one.hole(START + second + 5, START + second + 30, late_only=True)
        if second < 1795:
            assert one.ripe_gap(START + second + 30) is None
    assert one.ripe_gap(START + 1830).id == first.id
    one.settle(START + 1800)
    (second,) = one.hole(START + 1805, START + 1830, late_only=True)
    assert second.id != first.id


def test_a_gap_of_before_the_restart_is_repaired_at_once():
    gap = Gap("gap_1", "comments", START, START - 9, START - 5)
    assert listing(gaps=(gap,)).ripe_gap(START) == gap


def test_closing_tells_what_became_of_a_gap_and_forgets_it():
    one = listing(settled_at=START)
    (gap,) = one.hole(START + 5, START + 30)
    gap = one.found(gap, 3)
    gap = one.found(gap, 0)
    assert one.cursor.gaps == (gap._replace(recovered=3),)
    one.dirty = False
    closed = one.close(gap, GapStatus.PARTIAL)
    assert closed == gap._replace(status="partial", recovered=3)
    assert (one.gaps_open, one.cursor.gaps, one.dirty) == (0, (), True)
    assert one.ripe_at() == inf


def held(from_at, to_at):
    """Return a listing that has an open gap there."""
    one = listing(settled_at=from_at)
    (gap,) = one.hole(to_at, START)
    return one, gap


@pytest.mark.parametrize(
    ("settled_at", "to_at", "grows"),
    [
        (START + 100 + 300, START + 500, True),
        (START + 100 + 301, START + 500, False),
        (START - 500, START - 300, True),
        (START - 500, START - 301, False),
    ],
)
def test_a_hole_within_five_minutes_of_a_gap_makes_it_longer(settled_at, to_at, grows):
    one, gap = held(START, START + 100)
    one.settled_at = settled_at
    (after,) = one.hole(to_at, START + 60)
    assert (after.id == gap.id) is grows
    assert one.gaps_open == (1 if grows else 2)
    if grows:
        assert (after.from_at, after.to_at) == (min(START, settled_at), max(START + 100, to_at))


def test_a_hole_of_late_things_is_a_gap_of_its_own():
    one, gap = held(START, START + 100)
    (late,) = one.hole(START + 110, START + 60, late_only=True)
    assert (late.id != gap.id, late.late_only, one.gaps_open) == (True, True, 2)


def test_a_growing_gap_is_told_again_after_half_a_minute():
    one, gap = held(START, START + 100)
    assert one.hole(START + 110, START + 29.9) == []
    (told,) = one.hole(START + 120, START + 30)
    assert (told.id, told.to_at) == (gap.id, START + 120)


def test_what_is_settled_goes_forward_only_and_what_is_found_is_to_be_saved():
    one, gap = held(START, START + 100)
    one.settle(START + 50)
    one.settle(START + 40)
    assert one.settled_at == START + 50
    one.dirty = False
    assert (one.found(gap, 0).recovered, one.dirty) == (0, False)
    after = one.found(gap, 3)
    assert (after.recovered, one.dirty) == (3, True)
    one.dirty = False
    closed = one.close(after, GapStatus.REPAIRED)
    assert (closed.status, closed.recovered, one.dirty, one.gaps_open) == ("repaired", 3, True, 0)
