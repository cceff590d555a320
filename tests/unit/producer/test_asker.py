"""Several requests are in flight; each comes back once, whatever becomes of it."""

import threading
import time

import pytest

from clock import SystemClock
from producer import asker
from producer.asker import ThreadAsker
from producer.errors import GarbledError, RedditUnavailableError
from producer.job import Purpose, Request
from producer.reddit.question import Answer, Info

LONG = 30.0  # seconds that no passing test waits


class Reddit:
    """Answers with what was asked, when a test lets it; an error it was told is raised."""

    def __init__(self, inside, gate, gate_of, errors):
        self.inside = inside
        self.gate = gate
        self.gate_of = gate_of
        self.errors = errors
        self.threads = set()

    def ask(self, question):
        self.threads.add(threading.get_ident())
        self.inside.release()
        assert self.gate_of.get(question.ids[0], self.gate).wait(LONG)
        if question.ids in self.errors:
            raise self.errors[question.ids]
        return Answer([{"name": question.ids[0]}])


class Stage:
    def __init__(self, threads=4, **errors):
        self.inside = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate_of = {"other": threading.Event()}
        self.connections = []
        self.errors = {(name,): error for name, error in errors.items()}
        self.asker = ThreadAsker(self.connect, SystemClock(), threads)
        self.stop = threading.Event()

    def connect(self):
        connection = Reddit(self.inside, self.gate, self.gate_of, self.errors)
        self.connections.append(connection)
        return connection

    def send(self, *names):
        for name in names:
            self.asker.send(Request(Info((name,)), Purpose.LOOK, None, name))

    def replies(self, count):
        found = []
        while len(found) < count:
            found += self.asker.replies(LONG, self.stop)
        return {reply.request.ticket: reply for reply in found}


@pytest.fixture
def stages():
    made = []

    def make(*what, **errors):
        made.append(Stage(*what, **errors))
        return made[-1]

    yield make
    for stage in made:
        stage.gate.set()
        stage.asker.close()


def test_each_thread_has_a_reddit_of_its_own_and_asks_at_the_same_time(stages):
    stage = stages()
    assert stage.asker.free() == 4
    stage.send("a", "b", "c", "d")
    assert stage.asker.free() == 0
    assert stage.asker.replies(0.0, stage.stop) == []
    assert all(stage.inside.acquire(timeout=LONG) for _ in range(4))
    stage.gate.set()
    replies = stage.replies(4)
    assert {name: reply.answer.items for name, reply in replies.items()} == {
        name: [{"name": name}] for name in "abcd"
    }
    assert stage.asker.free() == 4
    assert [len(each.threads) for each in stage.connections] == [1, 1, 1, 1]
    assert len(set.union(*(each.threads for each in stage.connections))) == 4
    stage.send("e", "f")
    stage.replies(2)
    assert len(stage.connections) == 4  # connecting takes a token: once for each thread


def test_once_taken_an_arrival_ends_no_later_wait(stages):
    """Else the core would spin for as long as it has nothing to do."""
    stage = stages()
    stage.gate.set()
    stage.send("a")
    stage.replies(1)
    began_at = time.monotonic()
    assert stage.asker.replies(0.2, stage.stop) == []
    assert time.monotonic() - began_at > 0.15


def test_one_that_hangs_holds_no_other(stages):
    stage = stages(2)
    stage.send("hangs")
    stage.gate_of["other"].set()
    stage.send("other")
    assert list(stage.replies(1)) == ["other"]
    assert stage.asker.free() == 1


def test_errors_come_back_as_they_are_and_defects_as_garbled_answers(stages):
    down = RedditUnavailableError("503")
    stage = stages(a=down, b=KeyError("a form that nobody thought of"))
    stage.gate.set()
    stage.send("a", "b", "c")
    replies = stage.replies(3)
    assert (replies["a"].error, replies["a"].answer) == (down, None)
    assert isinstance(replies["b"].error, GarbledError)
    assert str(replies["b"].error) == "Reddit's answer cannot be read: KeyError"
    assert replies["c"].error is None


def test_a_stop_ends_the_wait(stages):
    stage = stages()
    stage.send("a")
    timer = threading.Timer(0.1, stage.stop.set)
    timer.start()
    assert stage.asker.replies(LONG, stage.stop) == []
    assert stage.asker.free() == 3


def test_the_end_waits_for_what_is_in_flight_but_not_for_ever(stages, monkeypatch):
    stage = stages()
    stage.gate.set()
    stage.send("a", "b")
    assert {reply.request.ticket for reply in stage.asker.close()} == {"a", "b"}
    monkeypatch.setattr(asker, "LAST_ANSWERS_SECONDS", 0.2)
    stage = stages()
    stage.send("a")
    assert stage.asker.close() == []
