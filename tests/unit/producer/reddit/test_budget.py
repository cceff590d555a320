"""No minute exceeds the quota, whatever the network does."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.reddit.budget import Budget, quota_in
from producer.reddit.purpose import Purpose
from tests.support.producer_fakes import START

A_MINUTE_AGO = START - 60


def headers(remaining, used, reset):
    return {
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-used": str(used),
        "x-ratelimit-reset": str(reset),
    }


LOADS = st.lists(
    st.tuples(st.sampled_from(Purpose), st.floats(0, 20), st.floats(0, 1), st.floats(0, 90)),
    min_size=1,
    max_size=200,
)


@given(st.integers(2, 120), st.integers(1, 4), LOADS)
def test_no_minute_holds_more_arrivals_than_the_quota(limit, threads, requests):
    """A request arrives somewhere between its sending and its answer; several are in flight."""
    budget, now, arrivals, answers = Budget(limit, START), START, [], []

    def answer_first():
        at = heapq.heappop(answers)
        budget.answered(at, {})
        budget.returned()
        return at

    for purpose, took, share, idle in requests:
        while (ready := budget.ready_at(now, purpose)) > now or len(answers) == threads:
            if answers and (answers[0] <= ready or len(answers) == threads):
                now = max(now, answer_first())
            else:
                now = ready
        budget.sent(purpose, now)
        arrivals.append(now + share * took)
        heapq.heappush(answers, now + took)
        now += idle if idle > 60 else 0.0
        while answers and answers[0] <= now:
            answer_first()
    for first in arrivals:
        assert limit >= sum(1 for each in arrivals if first <= each < first + 60 - 1e-6)


def test_the_first_minute_is_evenly_paced():
    """Whoever was here before a restart may have spent this minute's requests already."""
    budget, now = Budget(100, START), START
    for number in range(95):
        now = budget.ready_at(now, Purpose.POLL)
        assert now >= START + number * 60 / 95 - 1e-6
        budget.sent(Purpose.POLL, now)
        budget.answered(now, {})
        budget.returned()
    assert now <= START + 60


def test_five_percent_is_kept_in_reserve():
    assert Budget(100, START).per_minute == 95
    assert Budget(30, START).per_minute == 28


def test_spare_requests_keep_their_distance_and_needed_ones_do_not():
    budget = Budget(30, A_MINUTE_AGO)
    budget.sent(Purpose.POLL, START)
    budget.answered(START + 0.1, {})
    budget.returned()
    assert budget.ready_at(START + 0.1, Purpose.POLL) == START + 0.1
    assert budget.ready_at(START + 0.1, Purpose.LOOK) == START + 60 / 28


def test_headers_stop_everything_at_the_reserve_until_the_window_ends():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers(50, 950, 240))
    assert budget.ready_at(START, Purpose.POLL) == START + 241
    assert budget.ready_at(START + 300, Purpose.POLL) == START + 300


def test_headers_spread_spare_requests_over_the_window():
    budget = Budget(100, A_MINUTE_AGO)
    budget.sent(Purpose.POLL, START)
    budget.answered(START, headers(150, 850, 300))
    budget.returned()
    assert budget.ready_at(START, Purpose.LOOK) == START + 3
    assert budget.ready_at(START, Purpose.POLL) == START


@pytest.mark.parametrize(
    ("known", "said", "waits"),
    [({}, 30, 30), (headers(500, 500, 200), None, 200), ({}, None, 60), ({}, 1e9, 600)],
)
def test_a_429_waits_as_reddit_says_or_for_the_window_known_or_a_minute(known, said, waits):
    """And a moment longer: a well-behaved client still meets one at the window's edge."""
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, known)
    budget.refused(START, said)
    assert budget.ready_at(START, Purpose.POLL) == START + waits + 1


def test_nonsense_in_headers_is_ignored():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers("soon", "", "x"))
    assert budget.ready_at(START, Purpose.POLL) == START


def test_what_is_left_counts_this_minute_and_the_window():
    budget = Budget(30, A_MINUTE_AGO)
    budget.answered(START, {})
    assert budget.left(START + 1) == 27
    assert budget.left(START + 61) == 28
    budget.answered(START + 61, headers(60, 940, 100))
    assert budget.left(START + 62) == 10


def test_what_is_in_flight_takes_its_place_in_the_minute():
    budget = Budget(10, A_MINUTE_AGO)
    for _ in range(9):
        assert budget.ready_at(START, Purpose.POLL) == START
        budget.sent(Purpose.POLL, START)
    assert budget.ready_at(START, Purpose.POLL) == float("inf")
    assert (budget.left(START), budget.pending) == (0, 9)
    budget.answered(START + 7, {})
    budget.returned()
    assert budget.ready_at(START + 8, Purpose.POLL) == START + 67


def test_headers_do_not_know_of_what_is_in_flight():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers(52, 948, 240))
    budget.sent(Purpose.POLL, START)
    assert budget.ready_at(START, Purpose.POLL) == START
    budget.sent(Purpose.POLL, START)
    assert budget.ready_at(START, Purpose.POLL) == START + 241


@pytest.mark.parametrize(
    ("told", "free_at"),
    [
        ([(50, 950, 240), (90, 910, 241)], START + 241),  # heard later, asked earlier
        ([(50, 950, 240), (999, 1, 600)], START),  # the next window
        ([(999, 1, 600), (50, 950, 1)], START),  # a late one of the window before
    ],
)
def test_of_several_answers_the_newest_window_and_its_least_is_believed(told, free_at):
    budget = Budget(100, A_MINUTE_AGO)
    for each in told:
        budget.answered(START, headers(*each))
    assert budget.ready_at(START, Purpose.POLL) == free_at


@pytest.mark.parametrize(("purpose", "most"), [(Purpose.REPAIR, 33), (Purpose.DEEP, 38)])
def test_repairs_and_deep_polls_have_a_share_of_every_minute(purpose, most):
    budget = Budget(100, A_MINUTE_AGO)
    for number in range(most):
        assert budget.ready_at(START + number / 10, purpose) == START + number / 10
        budget.sent(purpose, START + number / 10)
        budget.answered(START + number / 10, {})
        budget.returned()
    assert budget.ready_at(START + 10, purpose) == START + 60
    assert budget.ready_at(START + 10, Purpose.POLL) == START + 10
    assert budget.by_purpose == {purpose: most}


def test_headers_without_a_number_are_no_headers():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers("nan", "nan", "inf"))
    assert budget.ready_at(START, Purpose.LOOK) == START


def test_no_answer_silences_the_producer_for_longer_than_a_window():
    """A `retry-after` of a year is nonsense: a window of Reddit's has ten minutes."""
    budget = Budget(60, START)
    budget.refused(START, 365 * 86_400.0)
    assert START + 600 <= budget.ready_at(START, Purpose.POLL) <= START + 602


@pytest.mark.parametrize("nonsense", ["nan", "inf", "-inf", "many"])
@pytest.mark.parametrize("name", ["remaining", "used", "reset"])
def test_headers_that_are_no_numbers_say_nothing(name, nonsense):
    """They neither stop everything nor free it."""
    good = headers(50, 50, 50)
    assert quota_in(good, START) is not None
    assert quota_in({**good, f"x-ratelimit-{name}": nonsense}, START) is None
