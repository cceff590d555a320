"""Outboxes and senders on a virtual clock."""

import json

from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.memory_outbox import MemoryOutbox
from producer.delivery.sender import Pace, Sender
from producer.delivery.stream import KinesisStream
from producer.totals import Totals
from tests.support.kinesis import FakeKinesis
from tests.support.producer_fakes import START, MemoryLog, VirtualClock

MEBIBYTE = 1024 * 1024


def record(name, number=0, **fields):
    return {"id": name, "number": number, **fields}


class Delivery:
    """An outbox, a sender without a thread, and a stream; `restart` is a start after a kill."""

    def __init__(self, folder=None, *, most_bytes=100 * MEBIBYTE, kinesis=None):
        self.folder = folder
        self.most_bytes = most_bytes
        self.kinesis = kinesis or FakeKinesis()
        self.clock = VirtualClock()
        self.log = MemoryLog()
        self.totals = Totals()
        self.outbox = None
        self.restart()

    def restart(self):
        parts = {"most_bytes": self.most_bytes, "totals": self.totals, "log": self.log}
        if self.folder is None:
            self.outbox = MemoryOutbox(**parts)
        else:
            if self.outbox is not None:
                self.outbox._database.close()  # what a kill does; SQLite writes nothing then
            self.outbox = DiskOutbox(self.folder, **parts)
        stream = KinesisStream(self.kinesis, "observations")
        pace = Pace(self.clock, self.clock)
        self.sender = Sender(self.outbox, stream, pace, totals=self.totals, log=self.log)

    def add(self, *records):
        return self.outbox.add(records, self.clock.now())

    def run(self, seconds):
        """Let the sender do all that is due in so many seconds."""
        until = self.clock.time + seconds
        while self.clock.time < until:
            rest = self.sender.step()
            self.clock.wait(min(rest.seconds, until - self.clock.time))

    def arrived(self):
        """Return (id, number) of what the stream holds, in its order."""
        rows = [json.loads(data) for _, data in self.kinesis.records]
        return [(row["id"], row.get("number")) for row in rows]

    def of(self, name):
        return [number for key, number in self.arrived() if key == name]


__all__ = ["MEBIBYTE", "START", "Delivery", "record"]
