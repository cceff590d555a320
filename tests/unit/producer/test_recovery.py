"""Who waits after a failure: the job, its subreddit, or everybody."""

import pytest

from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    RedditUnavailableError,
    SubredditMissingError,
    UnreachableError,
)
from producer.recovery import Recovery
from tests.support.producer_fakes import START

AWAY = RedditUnavailableError("503")
CLOSED = ForbiddenError("403")


def recovery(*, answered=True):
    """Return one of two subreddits: `a`, `b` and `d` are jobs of the one, `c` is of the other."""
    made = Recovery({"a": "stocks", "b": "stocks", "d": "stocks", "c": "bonds"})
    for job in "abcd" if answered else "":
        made.answered(job)
    return made


def test_a_job_that_fails_waits_longer_each_time_and_alone():
    made = recovery()
    waits = []
    for turn in range(12):
        waits.append(made.put_off("a", START + turn))
        assert made.held == {"a": START + turn + waits[-1]}
    for turn, seconds in enumerate(waits):
        most = min(60.0, 2.0**turn)
        assert most / 2 <= seconds <= most
    made.succeeded("a")
    assert made.held == {}
    assert 0.5 <= made.put_off("a", START) <= 1.0


def test_one_failure_of_reddit_says_nothing_about_others_two_in_a_row_do():
    made = recovery()
    made.failed("a", AWAY, START, START + 1)
    assert not made.doubts
    assert made.retry_at <= START + 1
    made.failed("c", AWAY, START + 2, START + 3)
    assert made.doubts
    assert START + 4 <= made.retry_at <= START + 5
    made.answered("b")
    assert not made.doubts


def test_what_was_in_flight_together_counts_once():
    made = recovery()
    made.failed("a", AWAY, START, START + 1)
    made.failed("b", AWAY, START + 0.9, START + 1.1)
    made.failed("c", AWAY, START + 0.9, START + 1.2)
    assert not made.doubts
    assert set(made.held) == {"a", "b", "c"}


@pytest.mark.parametrize("error", [CLOSED, SubredditMissingError("404")])
def test_a_closed_subreddit_waits_as_a_whole_and_no_other_does(error):
    """One of its jobs asks first; the others follow when that one is answered."""
    made = recovery()
    for turn in range(3):
        at = START + 100 * turn
        seconds = made.failed("a", error, at, at)
        assert 2.0**turn / 2 <= seconds <= 2.0**turn
        assert made.held["a"] == at + seconds
        assert at + 2.0**turn / 2 + 5 <= made.held["b"] <= at + 2.0**turn + 5
        assert made.held["d"] == made.held["b"] + 5
    assert (made.doubts, made.retry_at) == (False, float("-inf"))
    made.answered("a")
    made.succeeded("a")
    assert made.held["b"] < START
    assert 0.5 <= made.failed("b", error, START + 900, START + 900) <= 1.0


@pytest.mark.parametrize(
    ("errors", "answered"),
    [
        ([UnreachableError("refused")] * 3, False),
        ([CLOSED], False),
        ([SubredditMissingError("404")], False),
        ([CredentialsWrongError("401")], False),
        ([CredentialsWrongError("401")] * 5, True),
    ],
)
def test_what_only_a_person_can_fix_is_raised(errors, answered):
    made = recovery(answered=answered)
    for turn, error in enumerate(errors[:-1]):
        made.failed("a", error, START + turn, START + turn)
    with pytest.raises(type(errors[-1])):
        made.failed("a", errors[-1], START + 60, START + 60)


@pytest.mark.parametrize("error", [UnreachableError("refused"), CLOSED, AWAY])
def test_what_worked_before_is_waited_for(error):
    made = recovery()
    for turn in range(50):
        assert made.failed("a", error, START + turn * 60, START + turn * 60) <= 60
