"""No minute exceeds the quota, whatever the network does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.reddit.budget import Budget
from tests.support.producer_fakes import START

A_MINUTE_AGO = START - 60


def headers(remaining, used, reset):
    return {
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-used": str(used),
        "x-ratelimit-reset": str(reset),
    }


@given(
    st.integers(2, 120),
    st.lists(
        st.tuples(st.booleans(), st.floats(0, 20), st.floats(0, 1), st.floats(0, 90)),
        min_size=1,
        max_size=300,
    ),
)
def test_no_minute_holds_more_arrivals_than_the_quota(limit, requests):
    """A request arrives somewhere between its sending and its answer."""
    budget, now, arrivals = Budget(limit, START), START, []
    for spare, took, share, idle in requests:
        now = budget.ready_at(now, spare=spare)
        budget.sent(now)
        arrivals.append(now + share * took)
        now += took
        budget.answered(now, {})
        now += idle
    for first in arrivals:
        assert limit >= sum(1 for each in arrivals if first <= each < first + 60 - 1e-6)


def test_the_first_minute_is_evenly_paced():
    """Whoever was here before a restart may have spent this minute's requests already."""
    budget, now = Budget(100, START), START
    for number in range(95):
        now = budget.ready_at(now, spare=False)
        assert now >= START + number * 60 / 95 - 1e-6
        budget.sent(now)
        budget.answered(now, {})
    assert now <= START + 60


def test_five_percent_is_kept_in_reserve():
    assert Budget(100, START).per_minute == 95
    assert Budget(30, START).per_minute == 28


def test_spare_requests_keep_their_distance_and_needed_ones_do_not():
    budget = Budget(30, A_MINUTE_AGO)
    budget.sent(START)
    budget.answered(START + 0.1, {})
    assert budget.ready_at(START + 0.1, spare=False) == START + 0.1
    assert budget.ready_at(START + 0.1, spare=True) == START + 60 / 28


def test_headers_stop_everything_at_the_reserve_until_the_window_ends():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers(50, 950, 240))
    assert budget.ready_at(START, spare=False) == START + 241
    assert budget.ready_at(START + 300, spare=False) == START + 300


def test_headers_spread_spare_requests_over_the_window():
    budget = Budget(100, A_MINUTE_AGO)
    budget.sent(START)
    budget.answered(START, headers(150, 850, 300))
    assert budget.ready_at(START, spare=True) == START + 3
    assert budget.ready_at(START, spare=False) == START


@pytest.mark.parametrize(
    ("known", "said", "waits"),
    [({}, 30, 30), (headers(500, 500, 200), None, 200), ({}, None, 60)],
)
def test_a_429_waits_as_reddit_says_or_for_the_window_known_or_a_minute(known, said, waits):
    """And a moment longer: a well-behaved client still meets one at the window's edge."""
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, known)
    budget.refused(START, said)
    assert budget.ready_at(START, spare=False) == START + waits + 1


def test_nonsense_in_headers_is_ignored():
    budget = Budget(100, A_MINUTE_AGO)
    budget.answered(START, headers("soon", "", "x"))
    assert budget.ready_at(START, spare=False) == START


def test_what_is_left_counts_this_minute_and_the_window():
    budget = Budget(30, A_MINUTE_AGO)
    budget.answered(START, {})
    assert budget.left(START + 1) == 27
    assert budget.left(START + 61) == 28
    budget.answered(START + 61, headers(60, 940, 100))
    assert budget.left(START + 62) == 10
