import gzip
import re
import threading
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.firehose.delivery_stream import RETRY_SECONDS, DeliveryStream
from sandbox.aws.firehose.destination import Destination

WALL_SECONDS = 10
DESTINATION = Destination(
    bucket="lake",
    prefix="landing/dt=!{timestamp:yyyy-MM-dd}/",
    limit_bytes=1000,
    interval_seconds=60.0,
    compressed=True,
    delimiter=b"\n",
    extension=".gz",
    kms_key=None,
)


class Bucket:
    """Keeps objects, refuses when told to, and tells of each attempt."""

    def __init__(self):
        self.objects = {}
        self.attempts = []
        self.refuses = False
        self.changed = threading.Condition()

    def put_object(self, **request):
        with self.changed:
            self.attempts.append(request["Key"])
            if not self.refuses:
                self.objects[request["Key"]] = request["Body"]
            self.changed.notify_all()
            if self.refuses:
                raise ClientError({"Error": {"Code": "SlowDown", "Message": "m"}}, "PutObject")

    def wait(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, WALL_SECONDS)

    def lines(self):
        """Return the lines of all objects, in the order of their writing."""
        return [line for body in self.objects.values() for line in gzip.decompress(body).split()]


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def delivery(bucket, faults, clock):
    """Return a delivery on a clock that stands still."""
    delivery = DeliveryStream(
        name="d",
        destination=DESTINATION,
        store=bucket,
        clock=clock,
        faults=faults,
        on_problem=lambda _: None,
    )
    yield delivery
    faults.set(delivery_refused=False)
    delivery.close(WALL_SECONDS)


def test_nothing_is_written_before_it_is_due(delivery, bucket, clock):
    """A small buffer waits for its interval on the clock; the name tells of its oldest record."""
    delivery.put([b"a", b"b"])
    clock.set(clock.now() + 59.9, 0)
    assert not bucket.objects
    assert delivery.status()["buffered_records"] == 2
    clock.set(clock.now() + 0.2, 0)
    bucket.wait(lambda: bucket.objects)
    assert bucket.lines() == [b"a", b"b"]
    (key,) = bucket.objects
    pattern = r"landing/dt=2021-01-28/d-1-2021-01-28-13-20-00-[0-9a-f-]{36}\.gz"
    assert re.fullmatch(pattern, key)


def test_a_full_buffer_leaves_at_once(delivery, bucket):
    """Size counts before compression; the clock need not move."""
    delivery.put([b"x" * 600, b"y" * 600, b"z"])
    bucket.wait(lambda: bucket.objects)
    assert len(bucket.lines()) == 2


def test_a_refusal_by_s3_loses_nothing_and_duplicates_nothing(delivery, bucket, clock):
    """The batch is written again under the same key until S3 takes it."""
    bucket.refuses = True
    delivery.put([b"a"])
    clock.set(clock.now() + 61, 0)
    bucket.wait(lambda: len(bucket.attempts) == 1)
    bucket.refuses = False
    clock.set(clock.now() + RETRY_SECONDS + 1, 0)
    bucket.wait(lambda: bucket.objects)
    assert len(set(bucket.attempts)) == 1
    assert bucket.lines() == [b"a"]


def test_closing_writes_what_is_buffered(delivery, bucket):
    """An orderly end does not wait for the interval."""
    delivery.put([b"a"])
    assert delivery.close(WALL_SECONDS) == 0
    assert bucket.lines() == [b"a"]
    assert delivery.status() == {"records_in": 1, "records_delivered": 1, "buffered_records": 0}


def test_closing_says_when_s3_did_not_take_it(delivery, bucket):
    """What cannot be written at the end is reported, not forgotten."""
    bucket.refuses = True
    delivery.put([b"a"])
    assert delivery.close(WALL_SECONDS) == 1


def test_new_settings_hold_for_what_comes_after_them(delivery, bucket):
    """What is buffered goes where it was to go when it came."""
    delivery.put([b"old"])
    delivery.configure(replace(DESTINATION, prefix="new/!{timestamp:yyyy}/"), "2")
    delivery.put([b"new"])
    delivery.close(WALL_SECONDS)
    old, new = bucket.objects
    assert old.startswith("landing/")
    assert new.startswith("new/2021/d-2-")
