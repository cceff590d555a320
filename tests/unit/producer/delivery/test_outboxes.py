"""What every outbox promises, on a disk and in memory alike."""

import json

import pytest

from contract import problem_of_line
from producer.delivery.dead_letter import malformed
from producer.delivery.memory_outbox import MemoryOutbox
from producer.events import DeadLetterMade
from producer.looks.observation import observation_of
from producer.reddit.thing import thing_of
from tests.support.delivery import MEBIBYTE, Delivery, record
from tests.support.kinesis import RECORD_BYTES
from tests.support.looks_world import known_after
from tests.support.producer_fakes import START, SUBREDDIT, comment

ALL = {"after": 0, "most_records": 10**6, "most_bytes": 10**9}


@pytest.fixture(params=["memory", "disk"])
def delivery(request, tmp_path):
    return Delivery(tmp_path if request.param == "disk" else None)


def numbers(outbox, **changes):
    found = outbox.waiting(**(ALL | changes))
    return [(each.sequence, json.loads(each.entry.data)["number"]) for each in found]


def observation(name, body):
    thing = thing_of(comment(1, name=name, body=body))
    known = known_after(thing, at=START)
    return observation_of(known, thing, observed_at=START, cause="new", subreddit=SUBREDDIT)


def test_records_wait_in_their_order_with_rising_numbers(delivery):
    outbox = delivery.outbox
    assert outbox.add([record("t1_a", 10), record("t1_b", 11)], START) == 2
    assert outbox.add([record("t1_a", 12)], START + 1) == 3
    assert outbox.add([], START + 2) == 3
    assert numbers(outbox) == [(1, 10), (2, 11), (3, 12)]
    assert [each.entry.key for each in outbox.waiting(**ALL)] == ["t1_a", "t1_b", "t1_a"]
    assert numbers(outbox, after=2) == [(3, 12)]
    assert numbers(outbox, most_records=2) == [(1, 10), (2, 11)]


def test_waiting_keeps_to_the_bytes_but_gives_at_least_one(delivery):
    delivery.add(*(record("t1_a", n, text="x" * 1000) for n in range(3)))
    assert numbers(delivery.outbox, most_bytes=10) == [(1, 0)]
    assert numbers(delivery.outbox, most_bytes=2_200) == [(1, 0), (2, 1)]


def test_acknowledged_is_the_number_below_which_nothing_waits(delivery):
    outbox = delivery.outbox
    assert outbox.acknowledged() == 0
    delivery.add(*(record("t1_a", n) for n in range(4)))
    assert outbox.acknowledged() == 0
    first, second, third, last = outbox.waiting(**ALL)
    outbox.acknowledge([second, third])
    assert (outbox.acknowledged(), outbox.count()) == (0, 2)
    outbox.acknowledge([first])
    assert (outbox.acknowledged(), outbox.count()) == (3, 1)
    outbox.acknowledge([last])
    assert (outbox.acknowledged(), outbox.count(), outbox.bytes()) == (4, 0, 0)
    assert delivery.add(record("t1_a", 5)) == 5
    assert outbox.acknowledged() == 4


def test_bytes_and_age_are_those_of_what_waits(delivery):
    outbox = delivery.outbox
    assert (outbox.bytes(), outbox.age(START)) == (0, 0.0)
    outbox.add([record("t1_é", 1)], START)
    outbox.add([record("t1_b", 2)], START + 7)
    first, second = outbox.waiting(**ALL)
    assert first.entry.size == len('{"id":"t1_é","number":1}'.encode()) + len("t1_é".encode())
    assert outbox.bytes() == first.entry.size + second.entry.size
    assert outbox.age(START + 10) == 10.0
    outbox.acknowledge([first])
    assert (outbox.bytes(), outbox.age(START + 10)) == (second.entry.size, 3.0)


def test_it_is_full_from_its_bytes_on_and_takes_what_is_in_hand(tmp_path):
    for folder in (None, tmp_path):
        delivery = Delivery(folder, most_bytes=3_000)
        delivery.add(record("t1_a", 1, text="x" * 1000), record("t1_b", 2, text="x" * 1000))
        assert not delivery.outbox.full()
        delivery.add(record("t1_c", 3, text="x" * 1000))
        assert delivery.outbox.full()
        delivery.add(record("t1_d", 4))
        assert [number for _, number in numbers(delivery.outbox)] == [1, 2, 3, 4]
        delivery.outbox.acknowledge(delivery.outbox.waiting(**ALL)[:1])
        assert not delivery.outbox.full()


def test_records_are_written_as_compact_utf8(delivery):
    delivery.add(record("t1_a", 1, body="🚀 half \ud83d"))
    (found,) = delivery.outbox.waiting(**ALL)
    assert found.entry.data == '{"id":"t1_a","number":1,"body":"🚀 half \ufffd"}'.encode()


def test_who_waits_for_records_hears_of_them(delivery):
    assert not delivery.outbox.arrived.is_set()
    delivery.add(record("t1_a"))
    assert delivery.outbox.arrived.is_set()


def test_an_oversized_record_becomes_one_dead_letter_without_its_text(delivery):
    """The judge calls it oversize; what it was is still to be read, its author's words are not."""
    large = observation("t1_a", "secret " * (RECORD_BYTES // 7))
    assert delivery.add(large, record("t1_b", 1), large) == 2
    letter, other = delivery.outbox.waiting(**ALL)
    assert (letter.entry.key, other.entry.key) == ("t1_a", "t1_b")
    assert problem_of_line(letter.entry.data) == "oversize"
    assert letter.entry.size <= RECORD_BYTES
    told = json.loads(letter.entry.data)
    assert b"secret" not in letter.entry.data
    assert b"somebody" not in letter.entry.data
    kept = ("id", "kind", "observed_at", "created_at", "score", "peak_score", "post_id")
    assert [told[name] for name in kept] == [large[name] for name in kept]
    assert told["oversize"]["characters"]["body"] == len(large["body"])
    assert told["oversize"]["bytes"] > RECORD_BYTES
    assert [DeadLetterMade("t1_a", "oversize")] == delivery.log.events
    assert (delivery.totals.records_oversized, delivery.totals.dead_letters) == (2, 1)


def test_a_record_of_a_mebibyte_with_its_key_is_sent(delivery):
    """The limit is Kinesis', to the byte."""
    bare = len(b'{"id":"t1_a","number":0,"body":""}') + len(b"t1_a")
    delivery.add(record("t1_a", body="x" * (RECORD_BYTES - bare)))
    (found,) = delivery.outbox.waiting(**ALL)
    assert (found.entry.size, delivery.totals.dead_letters) == (RECORD_BYTES, 0)
    delivery.add(record("t1_b", body="x" * (RECORD_BYTES - bare + 1)))
    assert delivery.totals.dead_letters == 1


def letter_of(name):
    raw = comment(1, name=name, link_id=None)
    return malformed(raw, "link_id", subreddit=SUBREDDIT, observed_at=START)


def test_an_id_has_one_dead_letter_then_silence(delivery):
    outbox = delivery.outbox
    assert outbox.report([letter_of("t1_a"), letter_of("t1_a"), letter_of("t1_b")], START) == 2
    assert outbox.report([letter_of("t1_a")], START) == 2
    assert [each.entry.key for each in outbox.waiting(**ALL)] == ["t1_a", "t1_b"]
    reason = "malformed:link_id"
    assert [DeadLetterMade("t1_a", reason), DeadLetterMade("t1_b", reason)] == delivery.log.events
    assert delivery.totals.dead_letters == 2


def test_memory_says_that_all_would_be_gone():
    delivery = Delivery(None)
    delivery.add(record("t1_a"), record("t1_b"))
    assert delivery.outbox.fleeting() == 2


def test_a_memory_outbox_of_its_own_is_bounded():
    delivery = Delivery(None)
    assert MemoryOutbox(totals=delivery.totals, log=delivery.log)._most_bytes == 64 * MEBIBYTE


def test_it_is_full_at_its_bytes_to_the_byte(tmp_path):
    size = len(b'{"id":"t1_a","number":1}') + len(b"t1_a")
    for place, folder in enumerate((None, tmp_path)):
        for most_bytes, full in ((size, True), (size + 1, False)):
            own = folder and folder / str(most_bytes + place)
            if own:
                own.mkdir()
            delivery = Delivery(own, most_bytes=most_bytes)
            delivery.add(record("t1_a", 1))
            assert delivery.outbox.full() is full
