"""Who asks next: by purpose, then by how long it has been due; within the budget."""

import pytest

from producer.choice import Choice, choose
from producer.reddit.budget import Budget
from producer.reddit.purpose import Purpose
from tests.support.producer_fakes import START

NEVER = float("inf")


class Job:
    def __init__(self, purpose, due_at):
        self.purpose = purpose
        self.at = due_at

    def due_at(self, _now):
        return self.at


def budget(per_minute=100):
    return Budget(per_minute, START - 60)


def choice(*jobs, held=(), budget=None, spare=True):
    return choose(jobs, dict(held), budget or Budget(100, START - 60), START, spare=spare)


@pytest.mark.parametrize("place", range(len(Purpose) - 1))
def test_the_purpose_decides_before_the_time(place):
    """Polls, repairs, guaranteed looks, sweep, deep polls, value looks: in this order."""
    order = ["poll", "repair", "settle", "sweep", "deep", "look"]
    assert list(Purpose) == order
    first, second = Job(Purpose(order[place]), START), Job(Purpose(order[place + 1]), START - 900)
    assert choice(second, first) == Choice(first, START)
    assert choice(first, second) == Choice(first, START)


def test_of_one_purpose_the_longest_due_goes():
    late, later = Job(Purpose.POLL, START - 5), Job(Purpose.POLL, START - 9)
    assert choice(late, later).job is later
    assert choice(later, late).job is later


def test_nothing_goes_before_its_time():
    soon, done = Job(Purpose.POLL, START + 3), Job(Purpose.POLL, NEVER)
    assert choice(Job(Purpose.LOOK, START + 7), soon, done) == Choice(None, START + 3)
    assert choice(done) == Choice(None, NEVER)


def test_a_held_job_waits_and_lets_others_go():
    failing, other = Job(Purpose.POLL, START - 5), Job(Purpose.SWEEP, START)
    assert choice(failing, other, held={failing: START + 8}).job is other
    assert choice(failing, held={failing: START + 8}) == Choice(None, START + 8)
    assert choice(failing, held={failing: START}).job is failing


def test_the_budget_says_when():
    spent = budget(10)
    for number in range(9):
        spent.sent(Purpose.POLL, START - 30 + number)
        spent.answered(START - 30 + number, {})
        spent.returned()
    assert choice(Job(Purpose.POLL, START), budget=spent) == Choice(None, START + 30)


def test_who_has_used_its_share_lets_others_go():
    shared = budget()
    for _ in range(38):
        shared.sent(Purpose.DEEP, START)
        shared.answered(START, {})
        shared.returned()
    deep, look = Job(Purpose.DEEP, START - 9), Job(Purpose.LOOK, START - 1)
    assert choice(deep, budget=shared) == Choice(None, START + 60)
    assert choice(deep, look, budget=shared).at == START + 60 / 95
    assert choice(deep, Job(Purpose.POLL, START), budget=shared).job.purpose == "poll"


def test_a_value_look_leaves_the_last_thread_to_others():
    """What is new must not wait for a look that takes its time."""
    look, poll = Job(Purpose.LOOK, START), Job(Purpose.POLL, START + 5)
    assert choice(look, poll, spare=False) == Choice(None, START + 5)
    assert choice(look, poll, spare=True).job is look
