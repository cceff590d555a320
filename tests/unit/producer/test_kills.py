"""The producer killed at every single call of an edge: nothing seen is lost, no peak forgotten."""

import pytest

from producer.errors import RedditUnavailableError
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld, raiser

RISES_AT, DIPS_AT = 100.0, 1200.0  # seconds of age
CALLS_MAX = 400
LATER_SECONDS = 45 * 60.0  # a look at a fixed age is within it


class KilledError(BaseException):
    """What no handler of the product catches."""


class Killer:
    """Kills a world at its n-th call of an edge: before it, or before its answer is seen."""

    def __init__(self, world, call, *, answered):
        self.left = call
        self.answered = answered
        self._world = world
        self._put, self._ask = world.stream.put, world.reddit.ask
        world.stream.put = self._around(self._put)
        world.reddit.ask = self._around(self._ask)
        world.state.before_call = self._before_state
        world.state.after_call = self._after_state

    def end(self):
        """Let the next life live."""
        self._world.stream.put, self._world.reddit.ask = self._put, self._ask
        self._world.state.before_call = lambda _operation, _key: None
        self._world.state.after_call = lambda: None

    def _around(self, call):
        def counted(*arguments):
            self._count(kill=not self.answered)
            result = call(*arguments)
            self._die(kill=self.answered)
            return result

        return counted

    def _before_state(self, operation, _key):
        if operation != "load":
            self._count(kill=not self.answered)

    def _after_state(self):
        self._die(kill=self.answered)

    def _count(self, *, kill):
        self.left -= 1
        self._die(kill=kill)

    def _die(self, *, kill):
        if kill and self.left == 0:
            raise KilledError


def score(age):
    return 1 if age < RISES_AT else 12 if age < DIPS_AT else 9


def world_of_one():
    world = ProducerWorld([post(1, START - HOUR)], per_minute=10)
    world.deliver(90)
    born = world.clock.time + 5
    world.reddit.things["t1_c1"] = comment(1, born, _score=score)
    world.reddit.things["t1_c2"] = comment(2, born + 20)
    return world


def crossing_is_saved(world):
    """Tell whether the state knows of the peak, or the stream does."""
    noted = any(name == "crossing#t1_c1" for name in world.state.names())
    return noted or any(record["peak_score"] == 12 for record in world.of("t1_c1"))


def killed(call, *, answered):
    """Kill at this call and go on; returns False when it needed fewer calls."""
    world = world_of_one()
    killer = Killer(world, call, answered=answered)
    died = True
    try:
        world.run(240)
        died = False
    except KilledError:
        pass
    killer.end()
    told, before = crossing_is_saved(world), len(world.of("t1_c1"))
    world.clock.time += DIPS_AT + 60  # it has dipped meanwhile, though it may just be born
    world.start()
    world.deliver(LATER_SECONDS)
    later = world.of("t1_c1")[before:]
    assert world.missing() == set()
    assert later, "it is looked at again"
    if told:
        assert {record["peak_score"] for record in later} == {12}
    assert {record["score"] for record in later} == {9}
    identities = [(record["id"], record["observed_at"]) for record in world.records()]
    assert len(identities) == len(set(identities))
    return died


@pytest.mark.slow
@pytest.mark.parametrize("answered", [False, True])
def test_killed_at_every_single_call(answered):
    """Before each call of an edge, and after each before its answer is seen."""
    calls = next(call for call in range(1, CALLS_MAX) if not killed(call, answered=answered))
    assert calls > 20


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("call", range(1, 30, 5))
def test_killed_here_and_there(call, answered):
    assert killed(call, answered=answered)


def killed_with_a_crossing(world, away=DIPS_AT):
    """Run until the peak of 12 is saved, and nothing else of it; then its dip comes."""
    while not crossing_is_saved(world):
        world.run(1)
    before = len(world.of("t1_c1"))
    assert 12 not in {record["peak_score"] for record in world.of("t1_c1")}  # not even sent yet
    world.clock.time += away
    world.start()
    return before


def seen_later(world, before):
    world.deliver(LATER_SECONDS)
    return {(record["score"], record["peak_score"]) for record in world.of("t1_c1")[before:]}


def test_a_first_crossing_survives_a_kill_right_after_its_record():
    """Seen at 12, killed before any checkpoint, dips to 9: all that follows says 12."""
    world = world_of_one()
    before = killed_with_a_crossing(world)
    assert seen_later(world, before) == {(9, 12)}
    assert "crossing#t1_c1" not in world.state.names()


def test_it_survives_a_second_kill_after_a_checkpoint_that_deleted_it():
    world = world_of_one()
    before = killed_with_a_crossing(world)
    world.reddit.before_answer = raiser(RedditUnavailableError("503"))
    world.deliver(90)
    assert "crossing#t1_c1" not in world.state.names()
    world.reddit.before_answer = lambda _request: None
    world.start()
    assert seen_later(world, before) == {(9, 12)}


def test_it_stays_saved_while_its_comment_is_in_no_cohort():
    """Seen first at 12, killed before its row was saved: no checkpoint without it covers it."""
    world = world_of_one()
    world.reddit.things["t1_c1"]["_score"] = lambda age: 12 if age < DIPS_AT else 9
    before = killed_with_a_crossing(world)
    world.reddit.before_answer = raiser(RedditUnavailableError("503"))
    world.deliver(90)
    assert "crossing#t1_c1" in world.state.names()
    world.reddit.before_answer = lambda _request: None
    world.start()
    assert seen_later(world, before) == {(9, 12)}
    assert "crossing#t1_c1" not in world.state.names()


def test_what_a_restart_raises_is_sent_at_the_next_look():
    """Its record may have died with the process: it waits for no fixed age."""
    world = world_of_one()
    world.reddit.things["t1_c1"]["_score"] = lambda age: 12 if RISES_AT < age < 4 * 60 else 9
    before = killed_with_a_crossing(world, away=3 * 60)  # no fixed age is passed
    world.deliver(3 * 60)
    later = world.of("t1_c1")[before:]
    assert [(record["score"], record["peak_score"]) for record in later] == [(9, 12)]
