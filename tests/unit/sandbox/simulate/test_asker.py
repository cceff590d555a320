import threading

import pytest

from producer.errors import UnreachableError
from producer.job import Purpose, Request
from producer.reddit.budget import Budget
from producer.reddit.question import ListingPage
from sandbox.reddit.realism import PERFECT
from sandbox.simulate.asker import Outage, VirtualAsker, Weather
from sandbox.simulate.clock import VirtualClock
from sandbox.simulate.journal import Journal
from sandbox.simulate.plan import Plan, tell
from sandbox.simulate.profile import Profile
from sandbox.simulate.world import World

NOBODY = None
NEVER = threading.Event()


@pytest.fixture(scope="module")
def told():
    return tell(Plan(Profile(40.0, 1.8), hours=1, before_hours=1), PERFECT)


class Stage:
    def __init__(self, told, outages=()):
        self.start_at = told.start_at + 3600
        self.clock = VirtualClock(self.start_at)
        self.budget = Budget(100, self.start_at)
        self.journal = Journal(len(told.story.timeline), 10)
        world = World(told.story, PERFECT, 0)
        weather = Weather(0.4, outages, 0)
        self.asker = VirtualAsker(world, self.clock, self.budget, self.journal, weather)

    def send(self, purpose=Purpose.POLL):
        request = Request(ListingPage("x", "comments", None), purpose, NOBODY)
        self.budget.sent(purpose, self.clock.now())
        self.asker.send(request)
        return request


def test_an_answer_arrives_a_latency_later(told):
    """Waiting for it is what makes the time pass; the budget hears of it then."""
    stage = Stage(told)
    request = stage.send()
    assert stage.budget.requests == 0
    replies = stage.asker.replies(60, NEVER)
    assert [reply.request for reply in replies] == [request]
    assert len(replies[0].answer.items) == 100
    assert 0.2 <= stage.clock.now() - stage.start_at <= 2.0
    assert stage.budget.requests == 1


def test_four_are_in_flight_and_come_in_the_order_of_arrival(told):
    """As many as the real asker has threads; each comes back once."""
    stage = Stage(told)
    sent = [stage.send() for _ in range(4)]
    assert stage.asker.free() == 0
    came = []
    while stage.asker.free() < 4:
        came += stage.asker.replies(60, NEVER)
    assert sorted(map(id, sent)) == sorted(id(reply.request) for reply in came)


def test_nothing_to_wait_for_moves_the_clock_that_long(told):
    """The core sleeps until its next due time."""
    stage = Stage(told)
    assert stage.asker.replies(7.5, NEVER) == []
    assert stage.clock.now() == stage.start_at + 7.5


def test_an_outage_answers_nothing(told):
    """A request in an outage fails and shows nothing; after it Reddit is there again."""
    at = told.start_at + 3600
    stage = Stage(told, outages=(Outage(at, at + 30),))
    stage.send()
    (reply,) = stage.asker.replies(60, NEVER)
    assert isinstance(reply.error, UnreachableError)
    assert (stage.journal.shown_at == float("inf")).all()
    stage.clock.go_to(at + 30)
    stage.send()
    (reply,) = stage.asker.replies(60, NEVER)
    assert reply.error is None


def test_the_journal_knows_what_was_asked_and_shown(told):
    """Requests by purpose and minute, and the first moment at which each thing was shown."""
    stage = Stage(told)
    for purpose in (Purpose.POLL, Purpose.POLL, Purpose.LOOK):
        stage.send(purpose)
    stage.clock.go_to(stage.start_at + 59.9)
    stage.send(Purpose.DEEP)
    requests = stage.journal.requests()
    assert requests.most_in_a_minute() == 4
    means = requests.mean_per_minute(stage.start_at, stage.start_at + 120)
    assert means[Purpose.POLL] == 1
    assert means[Purpose.LOOK] == means[Purpose.DEEP] == 0.5
    shown = stage.journal.shown_at
    first = shown[shown < float("inf")]
    assert len(first) >= 100
    assert first.min() > stage.start_at
    assert stage.journal.looks.max() == 4
