"""Two faces of one producer: a daemon and a function that is invoked every minute."""

import threading

import pytest

from producer.aws_lambda import LambdaFace
from producer.errors import (
    AwsError,
    AwsUnavailableError,
    CredentialsWrongError,
    LeaseLostError,
    RedditUnavailableError,
)
from producer.events import CredentialsAwaited, LeaseLost, Started
from producer.reddit.awaited_credentials import AwaitedCredentials
from producer.reddit.credentials import Credentials
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld, raiser

MINUTE = 60.0
TIMEOUT_SECONDS = 60.0
GOOD = Credentials("id", "secret", "wsb-stream test")
OTHER = Credentials("id", "another secret", "wsb-stream test")


class NobodyElse:
    """Leases that are free at each invocation; `unbroken` while nobody came between."""

    def __init__(self):
        self.came_between = False
        self.taken_by_another = False
        self.lost = False
        self.held = 0
        self.fence = 0

    def take(self, stop, pulse):
        self.held += not self.taken_by_another
        self.fence += 1
        return not self.taken_by_another

    def start(self):
        assert self.held == 1

    def release(self):
        self.held = 0

    def unbroken(self):
        return self.fence > 1 and not self.came_between

    def may_ask(self):
        if self.lost:
            raise LeaseLostError("overtaken")
        return True


class Function:
    """A world whose producer is invoked every minute."""

    def __init__(self, world, secret=GOOD):
        self.world = world
        self.secret = secret
        self.leases = NobodyElse()
        self.tokens = []
        self.events = world.log.events
        self.left = []
        awaited = AwaitedCredentials(
            lambda: self.secret, from_secret=True, clock=world.clock, log=world.log
        )
        self.face = LambdaFace(self.leases, awaited, self.make, clock=world.clock, log=world.log)

    def make(self, credentials):
        """Start from the state, as a cold process does."""
        self.tokens.append(credentials)
        world = self.world
        log = world.log
        world.start()
        world.log.events = log.events
        return world.running(self.leases, world.saver.start())

    def invoke(self):
        """Run one invocation, at the next full minute."""
        clock = self.world.clock
        clock.time = START + ((clock.time - START) // MINUTE + 1) * MINUTE
        began = clock.time
        produced = self.face.invoke(lambda: TIMEOUT_SECONDS - (clock.time - began))
        self.left.append(TIMEOUT_SECONDS - (clock.time - began))
        return produced

    def run(self, seconds):
        until = self.world.clock.time + seconds
        while self.world.clock.time < until:
            assert self.invoke()

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def things():
    """Return things of every course: risers, dippers, late, edited, deleted, never liked."""
    scores = {
        "riser": lambda age: min(40, 1 + int(age // 60)),
        "dip": lambda age: 12 if 600 < age < 1800 else 5,
        "low": lambda _age: 1,
    }
    comments = [
        comment(n, START + 61 * n, _score=scores[kind], _late=20.0 * (n % 5 == 0))
        for n, kind in enumerate(["riser", "dip", "low"] * 20)
    ]
    return [*comments, *(post(n, START + 500 * n, _score=scores["riser"]) for n in range(5))]


def changes(world):
    """Delete and edit on the way."""

    def meet(_request):
        if world.clock.time > START + HOUR:
            world.reddit.things["t1_c3"].update(body="[deleted]", author="[deleted]")
            world.reddit.things["t1_c7"].update(body="edited", edited=START + 3500.0)

    return meet


def outcome(world):
    """Return the ids with their causes, and how each id was seen last."""
    records = world.records()
    last = {}
    for record in records:
        last[record["id"]] = (record["state"], record["score"], record["peak_score"])
    return {(record["id"], record["cause"]) for record in records}, last


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_both_faces_tell_the_same_of_the_same_hours(cold):
    """Ids, causes and final states, whether each invocation finds its memory or the state."""
    daemon, function = ProducerWorld(things()), ProducerWorld(things())
    for world in (daemon, function):
        world.reddit.before_answer = changes(world)
    daemon.deliver(3 * HOUR)
    face = Function(function)
    face.leases.came_between = cold
    face.run(3 * HOUR)
    assert outcome(function) == outcome(daemon)
    assert outcome(daemon)[1]["t1_c3"][0] == "deleted"
    assert outcome(daemon)[1]["t1_c1"] == ("live", 5, 12)
    assert function.missing() == set()
    assert len(face.of(Started)) == (len(face.left) if cold else 1)


def test_it_loops_until_five_seconds_before_its_time_out():
    face = Function(ProducerWorld(things()))
    face.run(5 * MINUTE)
    assert all(1.0 < left <= 5.0 for left in face.left)
    assert face.leases.held == 0


def test_what_is_acknowledged_is_saved_at_the_end_of_each():
    face = Function(ProducerWorld(things()))
    face.invoke()
    assert face.world.missing() == set()
    assert {"cursor#comments", "cursor#new"} <= face.world.state.names()
    assert not face.world.saver.waits


def test_another_producer_at_work_leaves_it_nothing_to_do():
    face = Function(ProducerWorld(things()))
    face.leases.taken_by_another = True
    assert not face.invoke()
    assert face.world.reddit.requests == []


def test_overtaken_it_ends_and_the_next_one_loads_again():
    face = Function(ProducerWorld(things()))
    face.invoke()
    face.leases.lost = True
    assert not face.invoke()
    face.leases.lost = False
    assert face.invoke()
    assert (len(face.of(LeaseLost)), len(face.of(Started))) == (1, 2)


def test_a_secret_without_credentials_is_looked_at_by_the_next_one():
    face = Function(ProducerWorld(things()), secret=GOOD)
    face.world.reddit.before_answer = raiser(CredentialsWrongError("no"))
    assert not face.invoke()
    assert not face.invoke()
    assert (face.tokens, len(face.of(CredentialsAwaited))) == ([GOOD], 1)
    face.world.reddit.before_answer = lambda _request: None
    face.secret = OTHER
    assert face.invoke()
    assert face.tokens == [GOOD, OTHER]


def test_an_answer_that_is_still_on_its_way_is_not_stamped_after_a_thaw():
    """What AWS froze with a request in flight starts again from the state."""
    world = ProducerWorld(things(), latency=0.2)
    face = Function(world)
    face.invoke()
    world.asker.latency = lambda _request: 30.0
    face.invoke()
    world.latency = 0.2
    assert face.invoke()
    assert len(face.of(Started)) == 2
    face.run(10 * MINUTE)
    assert world.missing() == set()


def test_a_process_whose_clock_lost_time_starts_again():
    face = Function(ProducerWorld(things()))
    face.invoke()
    face.world.clock.stepped += 3600.0
    face.invoke()
    face.invoke()
    assert len(face.of(Started)) == 2


def test_what_only_a_person_can_fix_fails_the_invocation_and_the_next_starts_again():
    face = Function(ProducerWorld(things()))
    face.invoke()
    denied = AwsError("AccessDenied")

    def deny(_operation, _key):
        raise denied

    face.world.state.before_call = deny
    with pytest.raises(AwsError):
        face.invoke()
    face.world.state.before_call = lambda _operation, _key: None
    assert face.invoke()
    assert (face.leases.held, len(face.of(Started))) == (0, 2)


def test_a_dynamodb_that_is_away_fails_the_invocation_and_costs_no_memory():
    """What is in memory is as good as before, and need not be read again."""
    face = Function(ProducerWorld(things()))
    face.invoke()
    take = face.leases.take

    def away(_stop, _pulse):
        raise AwsUnavailableError("DynamoDB")

    face.leases.take = away
    with pytest.raises(AwsUnavailableError):
        face.invoke()
    face.leases.take = take
    assert face.invoke()
    assert len(face.of(Started)) == 1


def test_a_secret_that_cannot_be_read_just_now_is_what_it_was(monkeypatch):
    face = Function(ProducerWorld(things()))

    def away():
        raise AwsUnavailableError("Secrets Manager")

    find = face.face._awaited._find
    monkeypatch.setattr(face.face._awaited, "_find", away)
    with pytest.raises(AwsUnavailableError):
        face.invoke()
    monkeypatch.setattr(face.face._awaited, "_find", find)
    assert face.invoke()
    monkeypatch.setattr(face.face._awaited, "_find", away)
    assert face.invoke()
    assert face.tokens == [GOOD]
    face.world.reddit.before_answer = raiser(CredentialsWrongError("no"))
    assert not face.invoke()
    with pytest.raises(AwsUnavailableError):
        face.invoke()


def test_a_reddit_that_is_away_fails_no_invocation():
    face = Function(ProducerWorld(things()))
    face.invoke()
    face.world.reddit.before_answer = raiser(RedditUnavailableError("503"))
    assert face.invoke()
    face.world.reddit.before_answer = lambda _request: None
    face.run(3 * MINUTE)
    assert face.world.missing() == set()
    assert threading.active_count() < 50
