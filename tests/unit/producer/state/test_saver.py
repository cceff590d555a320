"""The saver: nothing before its acknowledgement, nothing forgotten, and the core never waits."""

import threading
from functools import partial

import pytest

from producer.backoff import Backoff
from producer.errors import AwsError, LeaseLostError, NotSavedError
from producer.events import StateUnavailable
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from producer.state.saver import Gate, Saver
from producer.totals import Totals
from tests.support.memory_state import MemoryState, key
from tests.support.producer_fakes import START, SUBREDDIT, MemoryLog

WALL_SECONDS = 10


def item(name, value=0):
    return Item(key(name), bytes([value]), START)


def checkpoint(sequence, **cohorts):
    puts = tuple(item(f"cohort#{name}", value) for name, value in cohorts.items())
    return Checkpoint(sequence, puts, (), (item("cursor#new", sequence),))


class Desk:
    """A saver, what it writes to, and an outbox that acknowledges when told."""

    def __init__(self):
        self.state = MemoryState()
        self.acknowledged = 0
        self.renewals = []
        self.now = 0.0
        self.totals = Totals()
        self.log = MemoryLog()
        gate = Gate(self.renew, lambda: self.acknowledged)
        steady = partial(getattr, self, "now")
        self.saver = Saver(self.state, gate, totals=self.totals, log=self.log, steady=steady)

    def renew(self):
        self.renewals.append(self.state.names())

    def work(self, seconds=0.0):
        self.now += seconds
        self.saver.work()

    def value(self, name):
        return self.state.item(name).data[0]


@pytest.fixture
def desk():
    return Desk()


def test_a_checkpoint_waits_for_its_acknowledgement(desk):
    desk.saver.keep(checkpoint(5, a=1))
    desk.acknowledged = 4
    desk.work()
    assert (desk.state.names(), desk.saver.waits) == (set(), True)
    desk.acknowledged = 5
    desk.work()
    assert desk.state.names() == {"cohort#a", "cursor#new"}
    assert (desk.saver.waits, desk.totals.checkpoints) == (False, 1)


def test_the_lease_is_renewed_before_each(desk):
    desk.saver.keep(checkpoint(0, a=1))
    desk.work()
    desk.saver.keep(checkpoint(0, b=1))
    desk.work()
    assert desk.renewals == [set(), {"cohort#a", "cursor#new"}]


def test_a_lost_lease_ends_the_writing_and_the_core_hears_of_it(desk):
    def lost():
        raise LeaseLostError("overtaken")

    desk.saver._gate = Gate(lost, lambda: 0)
    desk.saver.keep(checkpoint(0, a=1))
    desk.work()
    desk.work(3600)
    with pytest.raises(LeaseLostError):
        desk.saver.raise_problem()
    with pytest.raises(LeaseLostError):
        desk.saver.close(0)
    assert desk.state.names() == set()


def test_a_refused_write_is_the_same(desk):
    desk.state.rows[key("cohort#a")] = (item("cohort#a", 9), 2)
    desk.saver.keep(checkpoint(0, a=1))
    desk.work()
    with pytest.raises(LeaseLostError):
        desk.saver.raise_problem()
    assert (desk.state.names(), desk.value("cohort#a")) == ({"cohort#a"}, 9)


def test_what_only_a_person_can_fix_ends_the_core(desk):
    def denied(_operation, _key):
        raise AwsError("AccessDeniedException")

    desk.state.before_call = denied
    desk.saver.keep(checkpoint(0, a=1))
    desk.work()
    with pytest.raises(AwsError, match="AccessDenied"):
        desk.saver.raise_problem()


def test_ten_minutes_without_dynamodb_lose_nothing_and_are_said_ten_times(desk):
    """The newest state replaces the one that waits; what only that one held stays in it."""
    desk.state.down = True
    for minute in range(10):
        desk.saver.keep(checkpoint(0, **{"a": minute, f"b{minute}": minute}))
        for _ in range(60):
            desk.work(1.0)
    desk.saver.raise_problem()
    assert 9 <= len(desk.log.of(StateUnavailable)) <= 11
    desk.state.down = False
    desk.work(20)
    assert desk.state.names() == {"cohort#a", "cursor#new", *(f"cohort#b{n}" for n in range(10))}
    assert desk.value("cohort#a") == 9
    assert [desk.value(f"cohort#b{n}") for n in range(10)] == list(range(10))
    assert not desk.saver.waits


def test_a_dynamodb_that_is_away_is_asked_less_and_less_often(desk):
    desk.state.down = True
    calls = []
    desk.state.before_call = lambda operation, _key: calls.append(operation)
    desk.saver.keep(checkpoint(0, a=1))
    for _ in range(6000):
        desk.work(0.1)
    assert 30 <= len(calls) <= 75  # every 10 to 20 seconds, but for the first


def test_an_outbox_that_is_always_a_little_behind_starves_no_checkpoint(desk):
    """Each minute's is handed over before the one before is acknowledged."""
    saved = []
    for minute in range(1, 10):
        desk.saver.keep(checkpoint(minute, a=minute))
        desk.acknowledged = minute - 2
        desk.work(60)
        saved.append(desk.value("cohort#a") if desk.state.names() else None)
    assert saved == [None, None, 1, 1, 3, 3, 5, 5, 7]


def test_what_is_deleted_after_it_waited_is_not_put(desk):
    desk.saver.keep(checkpoint(1, a=1, b=1))
    desk.saver.keep(Checkpoint(2, (item("cohort#c", 2),), (key("cohort#a"),)))
    desk.saver.keep(Checkpoint(3, (), (key("cohort#b"),)))
    desk.acknowledged = 3
    desk.work()
    assert desk.state.names() == {"cohort#c", "cursor#new"}


def test_a_crossing_is_written_before_its_record_and_without_acknowledgement(desk):
    desk.saver.note([item("crossing#t1_a", 12)])
    assert desk.state.names() == {"crossing#t1_a"}


def test_a_crossing_goes_with_the_checkpoint_that_covers_it_and_not_before(desk):
    desk.saver.note([item("crossing#t1_a")])
    desk.saver.keep(checkpoint(5, a=1))
    desk.saver.note([item("crossing#t1_b")])
    desk.work()
    assert desk.state.names() == {"crossing#t1_a", "crossing#t1_b"}
    desk.acknowledged = 5
    desk.work()
    assert desk.state.names() == {"cohort#a", "cursor#new", "crossing#t1_b"}
    desk.saver.keep(checkpoint(5))
    desk.work()
    assert desk.state.names() == {"cohort#a", "cursor#new"}


def test_a_crossing_is_deleted_once(desk):
    deleted = []

    def note_deletions(operation, key):
        if operation == "delete":
            deleted.append(key.name)

    desk.state.before_call = note_deletions
    desk.saver.note([item("crossing#t1_a")])
    for _ in range(3):
        desk.saver.keep(checkpoint(0, a=1))
        desk.work()
    assert deleted == ["crossing#t1_a"]


def test_a_crossing_that_dynamodb_did_not_take_stays_due(desk):
    """Kinesis away too: the crossing does not wait for the checkpoint."""
    desk.state.down = True
    desk.saver.note([item("crossing#t1_a", 12)])
    desk.saver.keep(checkpoint(5, a=1))
    desk.state.down = False
    desk.work(20)
    assert desk.state.names() == {"crossing#t1_a"}
    desk.acknowledged = 5
    desk.work()
    assert desk.state.names() == {"cohort#a", "cursor#new"}


def test_on_its_thread_it_writes_what_is_handed_over(desk):
    desk.saver.start()
    desk.saver.note([item("crossing#t1_a")])
    assert "crossing#t1_a" in desk.state.names()
    desk.saver.keep(checkpoint(5, a=1))
    desk.acknowledged = 5
    desk.saver.close(WALL_SECONDS)
    assert desk.state.names() == {"cohort#a", "cursor#new"}


def test_a_stop_while_nothing_is_acknowledged_says_so(desk):
    desk.saver.start()
    desk.saver.keep(checkpoint(5, a=1))
    with pytest.raises(NotSavedError):
        desk.saver.close(0.01)
    desk.saver._thread.join(WALL_SECONDS)
    assert not desk.saver._thread.is_alive()


def test_it_starts_again_at_once_and_writes_what_a_stop_left_undone(desk):
    """A warm Lambda process has a minute: it cannot wait until the last try's pause is over."""
    desk.saver._backoff = Backoff(10 * WALL_SECONDS, 10 * WALL_SECONDS)
    desk.state.down = True
    desk.saver.start()
    desk.saver.keep(checkpoint(0, a=1))
    with pytest.raises(NotSavedError):
        desk.saver.close(0.2)
    first = desk.saver._thread
    desk.state.down = False
    desk.now += 20 * WALL_SECONDS
    starting = threading.Thread(target=desk.saver.start, daemon=True)
    starting.start()
    starting.join(WALL_SECONDS)
    assert not first.is_alive()
    desk.saver.close(WALL_SECONDS)
    assert desk.state.names() == {"cohort#a", "cursor#new"}


def test_what_ended_the_writing_is_tried_once_more_after_a_new_start(desk):
    """A lease may have ended while the process was frozen, and be held again."""
    gate = desk.saver._gate

    def lost():
        raise LeaseLostError("overtaken")

    desk.saver._gate = Gate(lost, lambda: 0)
    desk.saver.keep(checkpoint(0, a=1))
    desk.saver.start()
    with pytest.raises(LeaseLostError):
        desk.saver.close(WALL_SECONDS)
    desk.saver._gate = gate
    desk.saver.start()
    desk.saver.raise_problem()
    desk.saver.close(WALL_SECONDS)
    assert desk.state.names() == {"cohort#a", "cursor#new"}


def test_a_dynamodb_that_hangs_holds_the_core_once(desk, monkeypatch):
    """For a second at most; until it has answered nobody waits for it again."""
    monkeypatch.setattr("producer.state.saver.CROSSING_SECONDS", 0.05)
    answering = threading.Event()
    desk.state.before_call = lambda _operation, _key: answering.wait(WALL_SECONDS)
    desk.saver.start()
    desk.saver.note([item("crossing#t1_a")])
    assert desk.saver.away
    monkeypatch.setattr("producer.state.saver.CROSSING_SECONDS", 10 * WALL_SECONDS)
    desk.saver.note([item("crossing#t1_b")])
    answering.set()
    desk.saver.close(WALL_SECONDS)
    assert desk.state.names() == {"crossing#t1_a", "crossing#t1_b"}
    assert not desk.saver.away


def test_a_defect_on_its_thread_is_the_core_s_too(desk):
    def defect(_operation, _key):
        raise ZeroDivisionError

    desk.state.before_call = defect
    desk.saver.start()
    desk.saver.keep(checkpoint(0, a=1))
    desk.saver._thread.join(WALL_SECONDS)
    with pytest.raises(ZeroDivisionError):
        desk.saver.raise_problem()


def test_abandoned_it_writes_no_more(desk):
    desk.saver.start()
    desk.saver.keep(checkpoint(5, a=1))
    desk.saver.abandon()
    desk.acknowledged = 5
    assert desk.state.load(SUBREDDIT) == []
    assert not desk.saver._thread.is_alive()
