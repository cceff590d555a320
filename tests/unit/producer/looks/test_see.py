"""What is sent, and what is only remembered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.looks.sighting import Rule, Shown, is_news, see_again
from tests.support.looks_world import AGES, HOUR, looks_of, page
from tests.support.producer_fakes import START, comment, post

SCORES = st.integers(-200, 5000)


class Followed:
    """One comment, looked at again and again."""

    def __init__(self, *, make=comment, min_score=10, **fields):
        self.looks = looks_of(min_score=min_score)
        self.make = make
        self.seen = self.looks.see(page(make(1, **fields)), START)
        self.at = START

    def look(self, *, after=60.0, **fields):
        """Tell whether a look is sent."""
        self.at += after
        self.seen = self.looks.see(page(self.make(1, **fields)), self.at)
        return bool(self.seen.emit[0])

    def miss(self, *, after=60.0):
        self.at += after
        self.seen = self.looks.miss([self.row.id], self.at)
        return bool(self.seen.emit[0])

    @property
    def row(self):
        return self.looks.table.get("t1_c1") or self.looks.table.get("t3_p1")


def test_the_first_sighting_is_always_sent():
    first = Followed()
    assert (first.seen.emit.tolist(), first.seen.new.tolist()) == ([True], [True])


def test_what_is_remembered_is_what_was_answered():
    """Value by value: a row that lies makes every later record lie."""
    row = Followed(
        score=7, parent_id="t1_other", link_id="t3_p9", created_utc=START - 5, edited=START - 2
    ).row
    assert (row.id, row.created_at, row.post_id, row.parent_id) == (
        "t1_c1",
        START - 5,
        "t3_p9",
        "t1_other",
    )
    assert (row.score, row.peak, row.emitted, row.state) == (7, 7, 7, "live")
    assert (row.looked_at, row.edited_at, row.missed_at) == (START, START - 2, None)


@pytest.mark.parametrize("age", AGES)
def test_the_first_look_behind_a_fixed_age_is_sent_and_the_next_is_not(age):
    followed = Followed(score=4)
    followed.look(after=age - 1, score=4)
    assert followed.look(after=2, score=4)
    assert not followed.look(after=60, score=4)


@pytest.mark.parametrize(("ages", "skipped"), [(0, 0), (1, 0), (2, 1), (len(AGES), 7)])
def test_the_ages_that_a_later_look_covers_are_counted(ages, skipped):
    """The last one was looked at; those before it never will be."""
    followed = Followed(score=4)
    followed.look(after=AGES[ages - 1] if ages else 1, score=4)
    assert followed.seen.skipped == skipped
    followed.look(after=1, score=4)
    assert followed.seen.skipped == 0


def test_a_look_at_an_age_to_the_second_is_the_look_of_that_age():
    followed = Followed(score=4)
    assert followed.look(after=AGES[0], score=4)
    assert not followed.look(after=1, score=4)


def test_what_is_back_after_an_answer_without_it_is_to_be_saved():
    """A restart would take the next answer without it for the second one."""
    followed = Followed(score=4)
    followed.miss()
    table = followed.looks.table
    slots = np.array([table.slot_of["t1_c1"]], np.int32)
    row = table.read(slots)
    shown = Shown(row["score"], row["state"], row["text_crc"], row["edited_at"])
    rule = Rule(np.array(AGES), 10)
    assert see_again(table, slots, shown, START + 120, rule).keep.tolist() == [True]
    assert see_again(table, slots, shown, START + 180, rule).keep.tolist() == [False]


def test_a_look_before_the_first_age_or_behind_the_last_one_is_not_sent_for_its_age():
    followed = Followed(score=4)
    assert not followed.look(after=AGES[0] - 1, score=4)
    assert followed.look(after=AGES[-1], score=4)
    assert not followed.look(after=100 * HOUR, score=4)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (4, 4, False),
        (4, 6, False),
        (4, 7, True),
        (9, 10, True),  # the crossing itself
        (10, 11, False),
        (100, 109, False),
        (100, 110, True),
        (100, 90, True),
        (-5, -8, True),
        (12, 9, True),
    ],
)
def test_an_extra_look_is_sent_only_when_the_score_moved_enough(before, after, sent):
    """Three points or a tenth, whichever is more; the first crossing always."""
    assert sent == Followed(score=before).look(score=after)


@pytest.mark.parametrize(("before", "after", "sent"), [(9, 10, False), (24, 25, True)])
def test_another_threshold_is_crossed_where_it_is(before, after, sent):
    followed = Followed(score=before, min_score=25)
    assert sent == followed.look(score=after)
    assert sent == bool(followed.seen.crossed[0])


def test_a_second_crossing_is_not_sent_for_its_own_sake():
    """Vote fuzzing crosses more than once; the peak has told of the first."""
    followed = Followed(score=9)
    assert followed.look(score=10)
    assert followed.seen.crossed[0]
    assert not followed.look(score=9)
    assert not followed.look(score=10)
    assert not followed.seen.crossed[0]


def test_a_first_sighting_at_the_threshold_is_a_crossing():
    assert Followed(score=10).seen.crossed[0]
    assert not Followed(score=9).seen.crossed[0]


def test_the_first_known_score_after_hiding_is_sent():
    followed = Followed(score=1, score_hidden=True)
    assert (followed.row.score, followed.row.peak, followed.row.emitted) == (None, None, None)
    assert followed.look(score=1)
    assert (followed.row.score, followed.row.peak) == (1, 1)


def test_a_hidden_score_is_unknown_never_one():
    followed = Followed(score=1, score_hidden=True)
    assert not followed.look(score=1, score_hidden=True)
    assert (followed.row.score, followed.row.peak) == (None, None)


def test_a_score_that_is_hidden_again_leaves_the_known_one():
    followed = Followed(score=7)
    assert not followed.look(score=1, score_hidden=True)
    assert (followed.row.score, followed.row.peak) == (7, 7)


def test_changes_are_measured_from_what_was_sent_last():
    """Otherwise a slow rise would never be sent."""
    followed = Followed(score=1)
    assert not followed.look(score=3)
    assert (followed.row.score, followed.row.emitted) == (3, 1)
    assert followed.look(score=4)
    assert followed.row.emitted == 4


@pytest.mark.parametrize("fields", [{"body": "edited"}, {"edited": START + 30}])
def test_a_changed_text_is_sent_once(fields):
    followed = Followed()
    assert followed.look(**fields)
    assert not followed.look(**fields)


def test_a_deletion_is_final_even_when_a_cache_still_shows_the_text():
    followed = Followed()
    assert followed.look(author="[deleted]", body="[deleted]")
    assert followed.row.state == "deleted"
    assert not followed.look(after=AGES[-1])
    assert followed.row.state == "deleted"


def test_a_removed_comment_may_come_back():
    followed = Followed()
    assert followed.look(author="[deleted]", body="[removed]")
    assert followed.row.state == "removed"
    assert not followed.look(author="[deleted]", body="[removed]")
    assert followed.look()
    assert followed.row.state == "live"


def test_a_crossing_seen_together_with_the_deletion_still_counts():
    followed = Followed(score=9)
    followed.look(author="[deleted]", body="[deleted]", score=12)
    assert followed.row.peak == 12
    assert followed.seen.crossed[0]


def test_absence_needs_two_answers_an_hour_apart():
    followed = Followed()
    assert not followed.miss(after=100)
    assert (followed.row.state, followed.row.missed_at) == ("live", START + 100)
    assert not followed.miss(after=3599)
    assert followed.row.state == "live"
    assert followed.miss(after=1)
    assert followed.row.state == "absent"
    assert not followed.miss(after=9000)


def test_an_answer_between_two_misses_starts_the_count_again():
    followed = Followed()
    followed.miss(after=100)
    followed.look(after=100)
    assert followed.row.missed_at is None
    assert not followed.miss(after=4000)
    assert followed.row.state == "live"


def test_an_absent_thing_that_is_answered_again_is_live():
    followed = Followed()
    followed.miss()
    followed.miss(after=3600)
    assert followed.look()
    assert (followed.row.state, followed.row.missed_at) == ("live", None)


def test_misses_leave_when_it_was_last_seen():
    """Otherwise the fixed age behind it would not be sent when it is answered again."""
    followed = Followed(score=4)
    followed.miss(after=AGES[0] + 10)
    assert followed.row.looked_at == START
    assert followed.look(score=4)


def test_a_post_is_looked_at_alike():
    followed = Followed(make=post, score=1)
    assert followed.looks.table.get("t3_p1").kind == "post"
    assert followed.look(score=50)
    assert not followed.look(score=51)
    assert followed.look(after=AGES[0], score=51)


@given(st.lists(st.one_of(st.none(), SCORES), min_size=1, max_size=30))
def test_whoever_reaches_the_threshold_is_sent_with_a_peak_that_says_so(scores):
    """The audit counts any answer at or above it; nothing may be swallowed."""
    followed, sent_peaks, crossings = None, [], 0
    for score in scores:
        fields = {"score": score or 0, "score_hidden": score is None}
        if followed is None:
            followed, sent = Followed(**fields), True
        else:
            sent = followed.look(**fields)
        crossings += int(followed.seen.crossed[0])
        if sent:
            sent_peaks.append(followed.row.peak)
    known_scores = [score for score in scores if score is not None]
    assert followed.row.peak == max(known_scores, default=None)
    reached = any(score >= 10 for score in known_scores)
    assert reached == any(peak is not None and peak >= 10 for peak in sent_peaks)
    assert crossings == reached


@given(st.lists(st.tuples(st.integers(0, 30), SCORES), min_size=1, max_size=60))
def test_rows_of_one_answer_do_not_mix(shown):
    """Known and new rows in any order: each has what was shown of it, and its own peak."""
    looks = looks_of()
    peaks, scores = {}, {}
    for number, score in shown:
        others = {n: s for n, s in scores.items() if n != number and n % 3 == number % 3}
        answer = {number: score, **others}
        looks.see(page(*(comment(n, score=s) for n, s in answer.items())), START + len(peaks))
        for n, s in answer.items():
            scores[n] = s
            peaks[n] = max(s, peaks.get(n, s))
    rows = {n: looks.table.get(f"t1_c{n}") for n in peaks}
    assert {n: row.peak for n, row in rows.items()} == peaks
    assert {n: row.score for n, row in rows.items()} == scores


@pytest.mark.parametrize("author", ["[deleted]", "somebody"])
@pytest.mark.parametrize(
    "body",
    [
        "[ Removed by Reddit ]",
        "[ Removed by Reddit in response to a copyright notice. ]",
        "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
    ],
)
def test_what_reddit_itself_took_down_is_removed(author, body):
    """Comments have no removed_by_category, and this one may still show its author."""
    followed = Followed()
    followed.look(author=author, body=body)
    assert followed.row.state == "removed"


def test_who_speaks_of_removals_is_still_there():
    followed = Followed()
    followed.look(body="it says [ Removed by Reddit ] under my post")
    assert followed.row.state == "live"


def test_many_rows_keep_their_columns_when_the_table_grows():
    looks = looks_of()
    for first in range(0, 3000, 100):
        looks.see(page(*(comment(first + n, score=first + n) for n in range(100))), START + first)
    for number in (0, 99, 1023, 1024, 2999):
        row = looks.table.get(f"t1_c{number}")
        assert (row.score, row.looked_at) == (number, START + number // 100 * 100)
    assert np.count_nonzero(looks.table.peak[looks.table.all_slots()] >= 10) == 2990


@pytest.mark.parametrize(
    ("emitted", "peak", "score", "news"),
    [(20, 100, 23, True), (-40, -40, -43, False), (-40, -40, -44, True), (40, 40, 43, False)],
)
def test_a_tenth_is_of_what_was_sent_above_and_below_zero(emitted, peak, score, news):
    columns = (np.array([each], np.int32) for each in (emitted, peak, score))
    assert is_news(*columns, 10).tolist() == [news]


def test_what_is_removed_keeps_when_it_was_edited():
    followed = Followed(edited=START - 2)
    followed.look(author="[deleted]", body="[removed]", edited=False)
    assert (followed.row.state, followed.row.edited_at) == ("removed", START - 2)
