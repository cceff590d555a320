"""The outbox on a disk: it survives kills, and says what happens to its disk."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import time

import pytest

from producer.delivery.dead_letter import REMEMBERED, DeadLetter
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.entry import Entry
from producer.errors import OutboxError
from producer.events import OutboxDamaged, OutboxHasRoom, OutboxUnwritable
from producer.totals import Totals
from tests.conftest import PROJECT
from tests.support.delivery import MEBIBYTE, Delivery, record
from tests.support.producer_fakes import START, MemoryLog

ALL = (0, 10**6, 10**9)
KILLS = 30


def numbers(outbox):
    return [json.loads(each.entry.data)["number"] for each in outbox.waiting(*ALL)]


def open_outbox(folder, log=None):
    return DiskOutbox(folder, 100 * MEBIBYTE, totals=Totals(), log=log or MemoryLog())


def test_what_waits_outlives_its_process_in_order_with_its_bytes_and_age(tmp_path):
    delivery = Delivery(tmp_path)
    delivery.add(*(record("t1_é", number) for number in range(5)))
    delivery.outbox.acknowledge(delivery.outbox.waiting(*ALL)[1:2])
    before = (delivery.outbox.bytes(), delivery.outbox.count(), delivery.outbox.waiting(*ALL))
    delivery.restart()
    outbox = delivery.outbox
    assert (outbox.bytes(), outbox.count(), outbox.waiting(*ALL)) == before
    assert numbers(outbox) == [0, 2, 3, 4]
    assert (outbox.acknowledged(), outbox.age(START + 60)) == (0, 60.0)
    assert delivery.add(record("t1_b", 9)) == 6


def test_what_was_acknowledged_is_nowhere_on_the_disk_an_hour_later(tmp_path, monkeypatch):
    """Neither in the file nor in its write-ahead log, which nobody may ever write over."""
    delivery = Delivery(tmp_path)
    delivery.add(record("t1_a", body="a planted body"))
    delivery.outbox.acknowledge(delivery.outbox.waiting(*ALL))
    assert b"a planted body" in on_disk(tmp_path)
    hours = iter([time.monotonic() + 3600.0] * 2)
    monkeypatch.setattr("producer.delivery.disk_outbox.time.monotonic", lambda: next(hours))
    delivery.add(record("t1_b"))
    delivery.outbox.acknowledge(delivery.outbox.waiting(*ALL))
    assert b"a planted body" not in on_disk(tmp_path)


def on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_an_earlier_process_left_goes_before_what_is_new_without_gathering(tmp_path):
    delivery = Delivery(tmp_path)
    delivery.add(record("t1_a", 1))
    delivery.restart()
    delivery.add(record("t1_a", 2))
    delivery.run(0.01)
    assert delivery.of("t1_a") == [1, 2]


def test_a_killed_process_loses_nothing_that_was_added_or_acknowledged(tmp_path):
    """By kill -9, in the middle of adding and acknowledging, at many moments."""
    command = [sys.executable, "-m", "tests.support.outbox_process", tmp_path, str(KILLS)]
    subprocess.run(command, cwd=PROJECT, check=True)
    steps = 0
    for folder in tmp_path.iterdir():
        log = MemoryLog()
        outbox = open_outbox(folder, log)
        assert log.events == []
        waiting = numbers(outbox)
        assert waiting == sorted(set(waiting))
        said = (folder / "said").read_text().splitlines()
        added = int(next((line[6:] for line in reversed(said) if line.startswith("added")), 0))
        done = names_in(said, "acknowledged")
        doing = names_in(said, "acknowledging") - done
        assert set(range(added)) - done - doing <= set(waiting)
        assert not done & set(waiting)
        assert doing & set(waiting) in (set(), doing)  # a step is whole or not at all
        steps += len(said)
        outbox.close()
    assert steps > 10 * KILLS  # each lives for three at least, and thirty on average


def names_in(said, what):
    lines = [line.split()[1:] for line in said if line.split()[0] == what]
    return {int(name) for line in lines for name in line}


@pytest.mark.parametrize("damage", ["torn", "garbage", "middle"])
def test_a_damaged_file_is_put_aside_and_said_and_an_empty_one_begun(tmp_path, damage):
    delivery = Delivery(tmp_path)
    delivery.add(*(record(f"t1_{number}", number, text="x" * 3000) for number in range(200)))
    delivery.outbox.close()
    path = tmp_path / "outbox.db"
    whole = path.read_bytes()
    broken = {
        "torn": whole[: len(whole) // 2],
        "garbage": b"\0" * 100 + whole[100:],
        "middle": whole[:20_000] + os.urandom(40_000) + whole[60_000:],
    }[damage]
    path.write_bytes(broken)
    log = MemoryLog()
    outbox = open_outbox(tmp_path, log)
    (event,) = log.of(OutboxDamaged)
    (aside,) = tmp_path.glob("damaged-*.db")
    assert (event.kept_as, event.level) == (str(aside), "error")
    assert len(aside.read_bytes()) == len(broken)
    assert broken[20_000:60_000] in aside.read_bytes()
    assert outbox.count() == 0
    outbox.add([record("t1_a", 1)], START)
    outbox.close()
    assert numbers(open_outbox(tmp_path)) == [1]


def test_what_was_put_aside_is_removed_after_two_days(tmp_path):
    """What somebody deleted on Reddit may be in it."""
    old, young = tmp_path / "damaged-1-outbox.db", tmp_path / "damaged-2-outbox.db"
    for path, hours in ((old, 49), (young, 47)):
        path.touch()
        os.utime(path, (time.time() - hours * 3600,) * 2)
    open_outbox(tmp_path)
    assert (old.exists(), young.exists()) == (False, True)


def test_what_was_put_aside_is_removed_while_it_runs_too(tmp_path, monkeypatch):
    """Within an hour: a producer runs for months."""
    outbox = open_outbox(tmp_path)
    aside = tmp_path / "damaged-1-outbox.db"
    aside.touch()
    os.utime(aside, (time.time() - 49 * 3600,) * 2)
    began_at = time.monotonic()
    for seconds, there in ((3590, True), (3700, False)):
        monkeypatch.setattr(time, "monotonic", lambda at=began_at + seconds: at)
        assert not outbox.full()
        assert aside.exists() == there


def test_whatever_ends_a_transaction_leaves_none_open(tmp_path):
    """An id that SQLite cannot store is no error of SQLite's."""
    log = MemoryLog()
    outbox = open_outbox(tmp_path, log)
    outbox._unwritten_ids.append("t1_\ud83d")
    with pytest.raises(UnicodeEncodeError):
        outbox.add([record("t1_a", 1)], START)
    outbox._unwritten_ids.clear()
    outbox.add([record("t1_b", 2)], START)
    outbox.close()
    assert numbers(open_outbox(tmp_path)) == [1, 2]


def test_a_disk_that_fails_while_room_is_counted_is_waited_for(tmp_path):
    """What was acknowledged is erased by then; giving room back is tried another time."""
    log = MemoryLog()
    outbox = open_outbox(tmp_path, log)
    outbox.add([record("t1_a", 1)], START)
    database = outbox._database

    class Failing:
        in_transaction = False

        def execute(self, statement, *values):
            if "freelist_count" in statement:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR
                raise error
            return database.execute(statement, *values)

    outbox._database = Failing()
    outbox.acknowledge(outbox.waiting(*ALL))
    assert len(log.of(OutboxUnwritable)) == 1
    outbox._database = database
    outbox.close()
    assert numbers(open_outbox(tmp_path)) == []


def test_damage_met_while_running_ends_it_with_a_sentence(tmp_path):
    """A restart puts the file aside; going on would let a checkpoint cover what is lost."""
    delivery = Delivery(tmp_path)
    delivery.add(*(record(f"t1_{number}", number, text="x" * 3000) for number in range(2000)))
    delivery.outbox.close()
    outbox = open_outbox(tmp_path)
    with (tmp_path / "outbox.db").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 4_000_000)
    with pytest.raises(OutboxError, match="outbox"):
        outbox.waiting(*ALL)


@pytest.mark.parametrize("kinesis_up", [True, False])
def test_a_full_disk_drops_nothing_and_goes_on_when_there_is_room(tmp_path, kinesis_up):
    """SQLite's own limit of pages says what a full disk says."""
    delivery = Delivery(tmp_path)
    outbox = delivery.outbox
    delivery.add(*(record(f"t1_{number}", number, text="x" * 1000) for number in range(100)))
    pages = outbox._database.execute("PRAGMA page_count").fetchone()[0]
    outbox._database.execute(f"PRAGMA max_page_count = {pages}")
    number = 100
    while not outbox.full():
        delivery.add(record(f"t1_{number}", number, text="x" * 1000))
        number += 1
    delivery.add(record("t1_hand", number))  # what was in flight when the disk was full
    assert outbox.full()
    assert outbox.fleeting() == 2
    assert numbers(outbox) == list(range(number + 1))
    assert len(delivery.log.of(OutboxUnwritable)) == 1
    assert "full" in delivery.log.of(OutboxUnwritable)[0].reason
    if kinesis_up:
        delivery.run(60)
        assert delivery.arrived() == [*((f"t1_{n}", n) for n in range(number)), ("t1_hand", number)]
        assert outbox.acknowledged() == number + 1
    else:
        outbox._database.execute("PRAGMA max_page_count = 100000")
        outbox._troubled_at -= 2  # it looks again after a second
    assert not outbox.full()
    assert outbox.fleeting() == 0
    assert len(delivery.log.of(OutboxHasRoom)) == 1
    left = numbers(outbox)
    delivery.restart()
    assert numbers(delivery.outbox) == left == ([] if kinesis_up else list(range(number + 1)))


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path):
    """The kernel's limit, in a process of its own: adding, then acknowledging, still works."""
    script = """
import resource, signal, sys
from pathlib import Path
from tests.support.delivery import Delivery, record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))
delivery = Delivery(Path(sys.argv[1]))
number = 0
while not delivery.outbox.full():
    delivery.add(record(f"t1_{number}", number, text="x" * 5000))
    number += 1
assert 500 < number < 2000, number
delivery.run(60)
assert delivery.arrived() == [(f"t1_{n}", n) for n in range(number)]
assert delivery.outbox.acknowledged() == number
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))
print(delivery.outbox.count(), delivery.outbox.fleeting())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0 0\n", "")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_acknowledgements_that_a_full_disk_does_not_take_are_remembered(tmp_path):
    delivery = Delivery(tmp_path)
    delivery.add(*(record(f"t1_{number}", number) for number in range(5)))
    outbox = delivery.outbox
    erase, outbox._database = outbox._database, _Unwritable(outbox._database)
    outbox.acknowledge(outbox.waiting(*ALL)[:3])
    assert (outbox.acknowledged(), outbox.count(), numbers(outbox)) == (3, 2, [3, 4])
    outbox._database = erase
    outbox.acknowledge(outbox.waiting(*ALL)[:1])
    delivery.restart()
    assert numbers(delivery.outbox) == [4]


class _Unwritable:
    """A connection that begins no transaction for want of room."""

    def __init__(self, database):
        self._database = database

    def execute(self, query, *values):
        if query.startswith("BEGIN"):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._database.execute(query, *values)

    def __getattr__(self, name):
        return getattr(self._database, name)


def test_a_missing_folder_is_said_at_the_start(tmp_path):
    with pytest.raises(OutboxError, match=r"WSB_OUTBOX_FOLDER: there is no folder .*nowhere: make"):
        open_outbox(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_is_said_at_the_start():
    with pytest.raises(OutboxError, match="WSB_OUTBOX_FOLDER: cannot write in /proc"):
        open_outbox(type(PROJECT)("/proc"))


def test_a_second_producer_on_the_folder_is_refused(tmp_path):
    first = open_outbox(tmp_path)
    with pytest.raises(OutboxError, match="another producer uses it"):
        open_outbox(tmp_path)
    first.close()
    open_outbox(tmp_path).close()


def test_a_file_of_another_release_is_left_alone(tmp_path):
    outbox = open_outbox(tmp_path)
    outbox.add([record("t1_a", 1)], START)
    outbox._database.execute("PRAGMA user_version = 2")
    outbox.close()
    with pytest.raises(OutboxError, match="version 2"):
        open_outbox(tmp_path)
    assert not list(tmp_path.glob("damaged-*"))


def test_the_file_grows_with_what_waits_and_shrinks_again(tmp_path):
    delivery = Delivery(tmp_path, most_bytes=500 * MEBIBYTE)
    for _ in range(100):
        delivery.outbox.add([record(f"t1_{n}", n, text="x" * 10_000) for n in range(100)], START)
    assert size_of(tmp_path) > 100 * MEBIBYTE
    while waiting := delivery.outbox.waiting(0, 500, 10 * MEBIBYTE):
        delivery.outbox.acknowledge(waiting)
    delivery.outbox.close()
    assert size_of(tmp_path) < 48 * MEBIBYTE


def size_of(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def test_what_kinesis_has_is_nowhere_left_on_the_disk(tmp_path):
    """A comment may be deleted on Reddit long after it was sent."""
    delivery = Delivery(tmp_path)
    delivery.add(*(record(f"t1_{n}", n, body="my very own words") for n in range(50)))
    delivery.run(60)
    delivery.outbox.close()
    assert all(b"my very own words" not in path.read_bytes() for path in tmp_path.iterdir())


def letter(name):
    return DeadLetter(name, "malformed:link_id", Entry(name, b'{"number":0}'))


def test_a_dead_letter_is_made_once_across_restarts(tmp_path):
    delivery = Delivery(tmp_path)
    delivery.outbox.report([letter("t1_a")], START)
    delivery.outbox.reported(letter("t1_refused"))
    delivery.run(60)
    delivery.restart()
    delivery.outbox.report([letter("t1_a"), letter("t1_refused"), letter("t1_b")], START)
    assert [each.entry.key for each in delivery.outbox.waiting(*ALL)] == ["t1_b"]


def test_the_ids_with_a_dead_letter_are_bounded_the_oldest_go(tmp_path, monkeypatch):
    assert REMEMBERED == 10_000
    outbox = open_outbox(tmp_path)
    outbox.report([letter(f"t1_{n}") for n in range(REMEMBERED)], START)
    monkeypatch.setattr(time, "time", lambda: 4e9)  # later
    outbox.report([letter("t1_new")], START)
    stored = {row[0] for row in outbox._database.execute("SELECT id FROM reported")}
    assert len(stored) == REMEMBERED
    assert "t1_new" in stored
    outbox.close()
