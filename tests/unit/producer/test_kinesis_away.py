"""Kinesis away, slow or full of faults: Reddit is read all the same, and nothing is lost."""

from random import Random

import pytest

from producer.events import NotDelivered, NotSaved, OutboxFull, OutboxKept
from producer.looks.cohort import decode
from producer.looks.cohort_item import cohorts_in
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld

MINUTE = 60.0


def score(age):
    return 12 if age > 20 * MINUTE else 1


def subreddit(count=2000, apart=3.0):
    return [
        post(1, START - 60),
        *(comment(n, START + n * apart, _score=score) for n in range(count)),
    ]


@pytest.fixture(params=["memory", "disk"])
def where(request, tmp_path):
    return {"WSB_OUTBOX_FOLDER": str(tmp_path)} if request.param == "disk" else {}


def values(world):
    """Return what was sent of each id, in order: moment, score and peak."""
    found = {}
    for each in world.records():
        look = (each["observed_at"], each["score"], each["peak_score"])
        found.setdefault(each["id"], []).append(look)
    return found


def test_an_hour_without_kinesis_reddit_is_read_and_all_of_it_arrives_in_order(where):
    world = ProducerWorld(subreddit(), environment=where)
    world.deliver(5 * MINUTE)
    asked, saved = len(world.reddit.requests), world.state.names()
    before = len(world.stream.entries)
    world.stream.down = True
    world.run(HOUR)
    assert len(world.reddit.requests) - asked > 500
    assert len(world.reddit.answered) > 1280  # all that was born, but for the last moments
    assert len(world.stream.entries) == before
    assert world.outbox.age(world.steady.now()) == pytest.approx(HOUR, abs=40)
    assert world.state.names() - saved == {
        name for name in world.state.names() if name.startswith("crossing#")
    }
    world.stream.down = False
    world.deliver(5 * MINUTE)
    assert world.missing() == set()
    assert world.outbox.count() == 0
    for looks in values(world).values():
        assert looks == sorted(looks)
        assert len(looks) == len(set(looks))
    assert world.kept() == {name for name, most in world.reddit.shown.items() if most >= 10}


def test_a_full_outbox_stops_the_asking_and_nothing_else(where):
    """Nothing is dropped; reading goes on as soon as there is room."""
    world = ProducerWorld(subreddit(), environment={**where, "WSB_OUTBOX_MEGABYTES": "1"})
    world.outbox._most_bytes = 300_000
    world.stream.down = True
    world.run(HOUR)
    (event,) = world.log.of(OutboxFull)
    assert 300_000 <= event.bytes < 500_000
    full_at = world.reddit.requests[-1][0]
    assert START < full_at < START + HOUR - 10 * MINUTE
    assert world.outbox.bytes() == event.bytes
    assert world.outbox.count() == event.records
    world.stream.down = False
    world.deliver(10 * MINUTE)
    assert world.reddit.requests[-1][0] > world.clock.time - MINUTE
    assert world.missing() == set()


def test_a_stop_while_kinesis_is_away_leaves_all_on_the_disk_for_the_next_start(tmp_path):
    world = ProducerWorld(subreddit(), environment={"WSB_OUTBOX_FOLDER": str(tmp_path)})
    world.deliver(5 * MINUTE)
    world.stream.down = True
    world.run(10 * MINUTE)
    waiting, before = world.outbox.count(), world.clock.time
    world.stop.set()
    world.serve()
    assert world.clock.time - before == pytest.approx(60, abs=5)
    (kept,) = world.log.of(OutboxKept)
    assert kept.records == world.outbox.count() >= waiting > 200
    assert len(world.log.of(NotSaved)) == 1
    assert world.log.of(NotDelivered) == []
    world.stop.clear()
    world.stream.down = False
    sent = len(world.stream.entries)
    world.start()
    world.sender.step()
    assert len(world.stream.entries) - sent == min(500, kept.records)
    world.deliver(5 * MINUTE)
    assert world.missing() == set()


def test_a_stop_while_kinesis_is_away_says_what_memory_held_and_it_is_read_again():
    world = ProducerWorld(subreddit(300))
    world.deliver(5 * MINUTE)
    world.stream.down = True
    world.run(2 * MINUTE)
    world.stop.set()
    world.serve()
    (gone,) = world.log.of(NotDelivered)
    assert gone.records == world.totals.records_failed == world.outbox.count() > 0
    world.stop.clear()
    world.stream.down = False
    world.start()
    world.deliver(5 * MINUTE)
    assert world.missing() == set()


def test_a_stop_delivers_what_was_read_a_moment_before(where):
    world = ProducerWorld(subreddit(), environment=where)
    world.deliver(5 * MINUTE)
    while not world.outbox.count():
        world.producer.run_once(world.stop)
    world.stop.set()
    world.serve()
    assert world.outbox.count() == 0
    assert world.missing() == set()
    assert world.log.of(NotSaved) == []


def test_a_kill_while_kinesis_is_away_loses_nothing_of_the_disk(tmp_path):
    world = ProducerWorld(subreddit(), environment={"WSB_OUTBOX_FOLDER": str(tmp_path)})
    world.stream.down = True
    world.run(30 * MINUTE)
    read, count = set(world.reddit.answered), world.outbox.count()
    world.reddit.things = {}  # nothing can be read again
    world.start()
    assert world.outbox.count() == count
    world.stream.down = False
    world.sender.drain(HOUR)
    assert world.delivered() == read


def test_no_checkpoint_covers_what_kinesis_has_not_acknowledged(where):
    """Half of all entries fail each time: whatever is saved is in the stream."""
    random = Random(7)  # noqa: S311 - the same faults every time
    world = ProducerWorld(subreddit(), environment=where)
    put = world.stream.put

    def fail_some(entries):
        taken = [entry for entry in entries if random.random() < 0.5]
        put(taken)
        return [None if entry in taken else "InternalFailure" for entry in entries]

    world.stream.put = fail_some
    seen_saved = set()
    for _ in range(40):
        world.run(MINUTE)
        saved = {
            name
            for _, content in cohorts_in(world.state.load("wallstreetbets"))
            for name in decode(content).ids
        }
        assert saved <= world.delivered()
        seen_saved |= saved
    assert len(seen_saved) > 300
