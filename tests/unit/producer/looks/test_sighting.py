"""What is sent, and what is only remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.looks.sighting import highest, is_news, miss, see
from producer.reddit.thing import thing_of
from tests.support.producer_fakes import START, comment, post

MIN_SCORE = 10
SCORES = st.integers(-200, 5000)


def look(known, *, scheduled=False, at=START + 60, **fields):
    thing = thing_of(comment(1, **fields))
    return see(known, thing, at=at, scheduled=scheduled, min_score=MIN_SCORE)


def first(**fields):
    return look(None, **fields).known


def test_the_first_sighting_is_always_sent():
    assert look(None).emit


def test_a_scheduled_look_is_sent_even_when_nothing_changed():
    assert look(first(score=4), scheduled=True, score=4).emit


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
    assert sent == look(first(score=before), score=after).emit


def test_a_second_crossing_is_not_sent_for_its_own_sake():
    """Vote fuzzing crosses more than once; the peak has told of the first."""
    crossed = look(first(score=9), score=10).known
    dipped = look(crossed, score=9)
    assert not dipped.emit
    assert not look(dipped.known, score=10).emit


def test_the_first_known_score_after_hiding_is_sent():
    hidden = first(score=1, score_hidden=True)
    assert (hidden.score, hidden.peak) == (None, None)
    assert look(hidden, score=1).emit


def test_a_score_that_is_hidden_again_leaves_the_known_one():
    after = look(first(score=7), score=1, score_hidden=True)
    assert (after.known.score, after.known.peak, after.emit) == (7, 7, False)


def test_changes_are_measured_from_what_was_sent_last():
    """Otherwise a slow rise would never be sent."""
    known = first(score=1)
    known = look(known, score=3).known
    assert look(known, score=4).emit


@pytest.mark.parametrize("fields", [{"body": "edited"}, {"edited": START + 30}])
def test_a_changed_text_is_sent(fields):
    assert look(first(), **fields).emit


def test_a_deletion_is_final_even_when_a_cache_still_shows_the_text():
    gone = look(first(), author="[deleted]", body="[deleted]")
    assert (gone.known.state, gone.emit) == ("deleted", True)
    again = look(gone.known)
    assert (again.known.state, again.emit) == ("deleted", False)


def test_a_removed_comment_may_come_back():
    removed = look(first(), author="[deleted]", body="[removed]")
    approved = look(removed.known)
    assert (approved.known.state, approved.emit) == ("live", True)


def test_a_crossing_seen_together_with_the_deletion_still_counts():
    gone = look(first(score=9), author="[deleted]", body="[deleted]", score=12)
    assert gone.known.peak == 12


def test_absence_needs_two_answers_an_hour_apart():
    known = first()
    once = miss(known, at=START + 100)
    assert (once.known.state, once.emit) == ("live", False)
    soon = miss(once.known, at=START + 3600)
    assert (soon.known.state, soon.emit) == ("live", False)
    later = miss(soon.known, at=START + 3700)
    assert (later.known.state, later.emit) == ("absent", True)
    assert not miss(later.known, at=START + 9000).emit


def test_an_answer_between_two_misses_starts_the_count_again():
    once = miss(first(), at=START + 100).known
    seen = look(once, at=START + 200).known
    assert miss(seen, at=START + 4000).known.state == "live"


def test_an_absent_thing_that_is_answered_again_is_live():
    absent = miss(miss(first(), at=START).known, at=START + 3600).known
    back = look(absent, at=START + 4000)
    assert (back.known.state, back.emit) == ("live", True)


def test_a_post_is_looked_at_alike():
    known = see(None, thing_of(post(1)), at=START, scheduled=False, min_score=MIN_SCORE).known
    grown = thing_of(post(1, score=50))
    assert see(known, grown, at=START, scheduled=False, min_score=MIN_SCORE).emit


@given(st.lists(st.one_of(st.none(), SCORES), min_size=1, max_size=30))
def test_whoever_reaches_the_threshold_is_sent_with_a_peak_that_says_so(scores):
    """The audit counts any answer at or above it; nothing may be swallowed."""
    known, sent_peaks = None, []
    for score in scores:
        sighting = look(known, score=score or 0, score_hidden=score is None)
        known = sighting.known
        if sighting.emit:
            sent_peaks.append(known.peak)
    known_scores = [score for score in scores if score is not None]
    assert known.peak == max(known_scores, default=None)
    reached = any(score >= MIN_SCORE for score in known_scores)
    assert reached == any(peak is not None and peak >= MIN_SCORE for peak in sent_peaks)


@given(st.one_of(st.none(), SCORES), st.one_of(st.none(), SCORES))
def test_the_peak_never_falls(peak, score):
    both = [value for value in (peak, score) if value is not None]
    assert max(both, default=None) == highest(peak, score)


@given(SCORES)
def test_a_score_that_did_not_move_is_no_news(score):
    assert not is_news(first(score=score), score, MIN_SCORE)


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
    assert look(first(), author=author, body=body).known.state == "removed"


def test_who_speaks_of_removals_is_still_there():
    body = "it says [ Removed by Reddit ] under my post"
    assert look(first(), body=body).known.state == "live"
