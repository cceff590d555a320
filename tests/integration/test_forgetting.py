"""Forgetting: 48 hours after a deletion on Reddit no store holds any of it, and none of it returns.

From the outbox to query results, on a virtual clock; Flink's part is played by the contract's own
judgement. Everything is as late as it may be: the sweep sees the deletions after 24 hours, they
land an hour later, and somebody queries the lake right before each purge.
"""

import gzip
import json

import pytest

from contract import decode_line, format_instant
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.entry import entry_of
from producer.totals import Totals
from sandbox.aws.environment import client_of
from sandbox.aws.faults import Faults
from sandbox.aws.kinesis.calls import KinesisDataPlane
from sandbox.aws.patching import patched
from tests.support.aws_emulator import STREAM, make_stream, read_stream
from tests.support.delivery import MEBIBYTE
from tests.support.lake_files import holders
from tests.support.lake_world import START
from tests.support.looks import live, looks, tombstone
from tests.support.producer_fakes import MemoryLog
from wsb_lake.forgetting.chores import FORGETTING
from wsb_lake.maintenance.chores import MAINTENANCE

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600.0
DELETED_AT = 4 * HOUR  # on Reddit
SWEPT_AT = DELETED_AT + 24 * HOUR
LANDED_AT = SWEPT_AT + HOUR
PURGED_BY = LANDED_AT + 6 * HOUR
GONE_BY = DELETED_AT + 48 * HOUR
FATES = ("landed", "compacted", "malformed", "rejected", "in_flight")
STATES = dict(zip(FATES, ("deleted", "removed", "absent", "deleted", "deleted"), strict=True))


class World:
    """The way of a record, from the outbox to the lake, an hour at a time."""

    def __init__(self, lake, folder):
        self.lake = lake
        self.folder = folder
        self.outbox = DiskOutbox(folder, 10 * MEBIBYTE, totals=Totals(), log=MemoryLog())
        self.kinesis = client_of(lake.settings.endpoint_url, "kinesis")
        self.filtered = 0
        self.hour = 0

    def produce(self, *records):
        self.outbox.add(records, self.lake.clock.now())

    def send(self):
        waiting = self.outbox.waiting(0, 10**6, 10**9)
        for each in waiting:
            self.kinesis.put_record(
                StreamName=STREAM, Data=each.entry.data, PartitionKey=each.entry.key
            )
        self.outbox.acknowledge(waiting)

    def filter(self):
        """Do what Flink and Firehose do."""
        for _, data in read_stream(self.kinesis):
            self.deliver(data)

    def deliver(self, data):
        _, reason = decode_line(data)
        if reason is None:
            self.lake.land(data)
            return
        letter = {
            "reason": reason,
            "failed_at": format_instant(self.lake.clock.now()),
            "original": data.decode(),
            "encoding": "utf-8",
        }
        self.put(f"dead_letters/dt=x/{reason}.gz", gzip.compress(json.dumps(letter).encode()))

    def put(self, key, data):
        self.lake.aws.s3.put_object(Bucket=self.lake.settings.bucket, Key=key, Body=data)

    def query(self):
        """Leave a result with every body that the lake holds, as Athena does."""
        rows = json.dumps(self.lake.rows("comments"), default=str).encode()
        self.put(f"athena/{self.hour}.csv", rows)

    def run(self):
        """Do a run of the lake job, with its chores."""
        self.lake.job([*MAINTENANCE, *FORGETTING]).run()

    def wait_until(self, seconds, *, querying=False):
        """Let the hours pass, two at a time, with a run in each."""
        while self.lake.clock.time < START + seconds:
            self.lake.clock.time = min(self.lake.clock.time + 2 * HOUR, START + seconds)
            self.hour += 2
            if querying:
                self.query()
            self.run()

    def stores(self):
        """Return everything outside the bucket, as bytes by its name."""
        return {
            "outbox": b"".join(path.read_bytes() for path in sorted(self.folder.iterdir())),
            "stream": b"".join(data for _, data in read_stream(self.kinesis)),
            "logs": self.lake.logged.getvalue().encode(),
        }


def body(fate):
    return f"what {fate} said"


def author(fate):
    return f"the_author_of_{fate}"


TEXTS = [text(fate) for fate in FATES for text in (body, author)]


def planted(fate, at, **fields):
    return live(f"t1_{fate}", at, created=100.0, body=body(fate), author=author(fate), **fields)


@pytest.fixture(scope="module")
def moto_url(moto_url, stamps):
    """Serve streams that forget what is older than their retention, on the lake's clock."""
    with patched(KinesisDataPlane(stamps, Faults()).patch):
        make_stream(moto_url)
        yield moto_url


@pytest.fixture
def world(new_lake, stamped, tmp_path, monkeypatch):
    monkeypatch.setattr("wsb_lake.maintenance.layout.SMALL_FILES_MAX", 2)
    lake = new_lake()
    stamped(lake)
    made = World(lake, tmp_path)
    yield made
    made.outbox.close()


def plant(world):
    """Have something in every store, and then deleted on Reddit; the stream holds the last look."""
    lake = world.lake
    lake.land(*(planted("compacted", 200 + look) for look in range(3)))
    for look in range(6):  # commits enough to be merged
        lake.land(planted("compacted", 300 + look), live("t1_stays", 300 + look, created=100.0))
        world.run()
    lake.land(planted("landed", 400), live("t3_post", 400))
    lake.land(json.dumps({**planted("rejected", 400), "score": "many"}).encode())
    world.run()
    world.deliver(json.dumps({**planted("malformed", 400), "score": "many"}).encode())
    world.put("errors/format-conversion-failed/x", json.dumps(planted("landed", 400)).encode())
    lake.clock.time = START + DELETED_AT - 1
    world.produce(planted("in_flight", DELETED_AT - 1), planted("landed", DELETED_AT - 1))
    assert body("in_flight").encode() in world.stores()["outbox"]
    world.send()
    assert body("in_flight").encode() in world.stores()["stream"]
    world.query()
    held = holders(lake, *TEXTS)
    for fate in set(FATES) - {"in_flight"}:
        assert held[body(fate)], fate
        assert held[author(fate)], fate
    assert any("/data/" in key for key in held[body("compacted")])


def forget(world, monkeypatch):
    """See the deletions as late as the promise allows; the stream is read only then."""
    world.wait_until(SWEPT_AT - 6 * HOUR)
    world.filter()  # Flink was away: what was in flight lands after its deletion
    world.wait_until(SWEPT_AT)
    world.produce(
        *(tombstone(f"t1_{fate}", SWEPT_AT, STATES[fate], created=100.0) for fate in FATES)
    )
    world.lake.clock.time = START + LANDED_AT
    tombstones = [each.entry.data for each in world.outbox.waiting(0, 10**6, 10**9)]
    monkeypatch.setattr("producer.delivery.disk_outbox.WIPE_SECONDS", 0)  # an hour has passed
    world.send()
    for data in tombstones:
        world.deliver(data)
    world.wait_until(PURGED_BY, querying=True)
    world.wait_until(GONE_BY)


REMAINS = [
    *sorted((f"t1_{fate}", SWEPT_AT, state) for fate, state in STATES.items()),
    *((("t1_stays", 300.0 + look, "live")) for look in range(6)),
]


def test_nothing_is_left_after_48_hours_and_nothing_comes_back(world, monkeypatch):
    """Bodies and authors, in every store, decoded; then replays, and a moderator's approval."""
    plant(world)
    old = [planted(fate, at) for fate in FATES for at in (200, 400, DELETED_AT - 1)]
    forget(world, monkeypatch)
    assert holders(world.lake, *TEXTS) == {text: set() for text in TEXTS}
    for name, data in world.stores().items():
        assert [text for text in TEXTS if text.encode() in data] == [], name
    assert looks(world.lake) == REMAINS
    assert {row["purged_at"] is None for row in world.lake.rows("tombstones")} == {False}

    for record in reversed(old):  # late and out of order
        world.lake.land(record)
        world.run()
    assert looks(world.lake) == REMAINS
    assert holders(world.lake, *TEXTS) == {text: set() for text in TEXTS}

    world.lake.land(planted("compacted", GONE_BY, score=44))
    world.run()
    approved = ("t1_compacted", GONE_BY, "live")
    assert looks(world.lake) == sorted([*REMAINS, approved])
    (row,) = [row for row in world.lake.rows("comments") if row["score"] == 44]
    assert (row["body"], row["author"]) == (body("compacted"), author("compacted"))


def test_entries_hold_what_the_outbox_is_told():
    """The texts that are looked for are spelt in a record as they are here."""
    data = entry_of(planted("landed", 1)).data
    assert body("landed").encode() in data
    assert author("landed").encode() in data
