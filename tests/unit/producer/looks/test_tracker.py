"""Cohorts: who is looked at together, when, and until when."""

from hypothesis import given, settings
from hypothesis import strategies as st

from producer.looks.cohort import COHORT_IDS, Cohort
from producer.looks.look import due_look, extra_look, next_look_at, pack
from producer.looks.sighting import see
from producer.looks.tracker import Tracker
from producer.reddit.thing import thing_of
from tests.support.producer_fakes import START, cohort_of, comment

MINUTE = 60.0
HOUR = 3600.0
AGES = tuple(minutes * MINUTE for minutes in (15, 45, 90, 180, 360, 720, 1440, 2160))
BORN = START - START % 300  # the edge of a span


def known(number, created_at=BORN, **fields):
    thing = thing_of(comment(number, created_at, **fields))
    return see(None, thing, at=created_at, scheduled=False, min_score=10).known


def tracker_with(*rows, now=BORN + 10):
    tracker = Tracker(AGES)
    for row in rows:
        tracker.put(row, now=now, keep=True)
    return tracker


def test_things_born_together_share_a_cohort_of_at_most_a_hundred():
    tracker = tracker_with(*(known(number) for number in range(250)))
    assert [len(cohort) for cohort in tracker.cohorts.values()] == [100, 100, 50]


def test_things_born_minutes_apart_do_not_share_one():
    """The cohort is looked at as one: a wide one would be late for its oldest."""
    tracker = tracker_with(known(1), known(2, BORN + 301), now=BORN + 310)
    assert len(tracker.cohorts) == 2


def test_a_look_is_due_when_the_newest_of_the_cohort_has_the_age():
    tracker = tracker_with(known(1), known(2, BORN + 100), now=BORN + 110)
    assert next_look_at(tracker) == BORN + 100 + 15 * MINUTE
    assert due_look(tracker, BORN + 15 * MINUTE) is None
    assert {"t1_c1", "t1_c2"} == set(due_look(tracker, BORN + 17 * MINUTE).ids)


def test_one_late_look_covers_the_ages_that_passed_meanwhile():
    tracker = tracker_with(known(1))
    (cohort,) = tracker.cohorts.values()
    assert tracker.looked(cohort, BORN + 50 * MINUTE) == 2
    assert next_look_at(tracker) == BORN + 90 * MINUTE


def test_a_thing_found_late_has_only_the_looks_ahead_of_it():
    tracker = tracker_with(known(1), now=BORN + 5 * HOUR)
    assert next_look_at(tracker) == BORN + 6 * HOUR


def test_the_last_looks_go_before_more_overdue_early_ones():
    old = known(1)
    tracker = tracker_with(old)
    now = BORN + 24 * HOUR + MINUTE
    (cohort,) = tracker.cohorts.values()
    tracker.looked(cohort, BORN + 13 * HOUR)
    young = [known(number, now - HOUR - number * 301) for number in range(2, 103)]
    for row in young:
        tracker.put(row, now=row.created_at, keep=True)
    assert due_look(tracker, now).ids[0] == "t1_c1"


def test_spare_requests_go_to_the_cohorts_looked_at_longest_ago():
    tracker = tracker_with(known(1), known(2, BORN + 400), now=BORN + 410)
    first, second = tracker.cohorts.values()
    tracker.looked(first, BORN + 500)
    assert extra_look(tracker, BORN + 510).ids == ("t1_c2",)
    tracker.looked(second, BORN + 520)
    assert extra_look(tracker, BORN + 530) is None
    assert extra_look(tracker, BORN + 600).ids == ("t1_c1", "t1_c2")


def test_a_request_is_filled_with_whole_cohorts():
    cohorts = [
        cohort_of([known(size * 1000 + number) for number in range(size)])
        for size in (60, 30, 20, 5)
    ]
    assert tuple(len(cohort) for cohort in pack(cohorts).cohorts) == (60, 30)


def test_what_was_removed_keeps_its_looks_and_what_was_deleted_does_not():
    removed = known(1, author="[deleted]", body="[removed]")
    tracker = tracker_with(removed, known(2, author="[deleted]", body="[deleted]"))
    assert due_look(tracker, BORN + HOUR).ids == ("t1_c1",)


def test_a_finished_cohort_is_forgotten_once_no_listing_shows_it():
    """A quiet subreddit's first page reaches back for days: its items must stay known."""
    tracker = tracker_with(known(1))
    (cohort,) = tracker.cohorts.values()
    end = BORN + 36 * HOUR
    tracker.looked(cohort, end)
    tracker.put(known(1), now=end, keep=False)
    tracker.retire(end + 3000, scanned_at=end + 2900)
    assert tracker.get("t1_c1") is not None
    tracker.retire(end + 3700, scanned_at=end)  # no full scan since: Reddit may have been away
    assert tracker.get("t1_c1") is not None
    tracker.retire(end + 3700, scanned_at=end + 3400)
    assert tracker.get("t1_c1") is None
    assert [cohort.name] == tracker.retired


def test_cohorts_that_share_an_id_are_forgotten_in_any_order():
    """Two producers had stored it; the first cohort that goes takes its id along."""
    for first in (0, 1):
        cohorts = [cohort_of([known(1)]), cohort_of([known(1)])]
        cohorts[1].name = "twin"
        tracker = Tracker(AGES, cohorts)
        for cohort in (cohorts[first], cohorts[1 - first]):
            cohort.looks_done = len(AGES)
            tracker.retire(BORN + 40 * HOUR, scanned_at=BORN + 40 * HOUR)
        assert (len(tracker), sorted(tracker.retired)) == (0, ["t1_c1", "twin"])


def test_an_unfinished_cohort_is_never_forgotten():
    tracker = tracker_with(known(1))
    tracker.retire(BORN + 30 * HOUR, scanned_at=BORN + 30 * HOUR)
    assert len(tracker) == 1


def test_a_row_that_only_moved_a_little_needs_no_checkpoint():
    tracker = tracker_with(known(1))
    (cohort,) = tracker.cohorts.values()
    cohort.dirty = False
    tracker.put(known(1, score=2), now=BORN + 60, keep=False)
    assert not cohort.dirty
    assert tracker.get("t1_c1").score == 2


OPTIONAL_SCORES = st.one_of(st.none(), st.integers(-1000, 100_000))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(OPTIONAL_SCORES, OPTIONAL_SCORES, st.floats(0, 2e9), st.integers(0, 2**32 - 1)),
        min_size=1,
        max_size=COHORT_IDS,
    )
)
def test_a_cohort_is_the_same_after_it_was_stored(values):
    cohort = cohort_of(
        [
            known(number)._replace(score=score, peak=peak, looked_at=looked_at, text_crc=crc)
            for number, (score, peak, looked_at, crc) in enumerate(values)
        ],
        bucket=(300, 7),
    )
    again = Cohort.from_dict(cohort.to_dict())
    assert cohort.to_dict() == again.to_dict()
    assert list(cohort.rows()) == list(again.rows())
    assert cohort.due_at(AGES) == again.due_at(AGES)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40 * HOUR), st.floats(0, HOUR)), max_size=150))
def test_every_thing_gets_its_last_look_on_time(births):
    """Looking whenever something is due, no id misses its 36 h look, and none is much late."""
    tracker = Tracker(AGES)
    for number, (born, late) in enumerate(sorted(births)):
        tracker.put(known(number, BORN + born), now=BORN + born + late, keep=True)
    last = {}
    now = BORN
    while (due_at := next_look_at(tracker)) < float("inf"):
        now = max(now, due_at)
        look = due_look(tracker, now)
        for cohort in look.cohorts:
            tracker.looked(cohort, now)
            last.update(dict.fromkeys(cohort.ids, now))
    for number, (born, _late) in enumerate(sorted(births)):
        late_seconds = last[f"t1_c{number}"] - (BORN + born + 36 * HOUR)
        assert 0 <= late_seconds <= 300
