"""The fake Kinesis client and the emulator's behave alike under the producer's stream."""

import pytest
from botocore.exceptions import ClientError

from producer.delivery.batching import Entry
from producer.delivery.stream import KinesisStream
from producer.errors import AwsError
from producer.totals import Totals
from tests.support.aws_emulator import STREAM, make_stream, read_stream
from tests.support.producer_fakes import (
    PUT_RECORDS_MOST,
    RECORD_BYTES,
    FakeKinesis,
    MemoryLog,
    VirtualClock,
    never,
)


@pytest.fixture(params=["fake", "moto"])
def kinesis(request):
    """Return a client, and a function that reads what the stream holds."""
    if request.param == "fake":
        client = FakeKinesis()
        yield client, lambda: client.records
        return
    client = make_stream(request.getfixturevalue("aws_url"))
    yield client, lambda: read_stream(client)
    client.delete_stream(StreamName=STREAM)


def stream_on(client, name=STREAM):
    return KinesisStream(client, name, clock=VirtualClock(), totals=Totals(), log=MemoryLog())


def test_records_arrive_in_order_with_their_keys(kinesis):
    client, read = kinesis
    entries = [
        Entry(f"t1_{number}", f"{number} 🚀".encode()) for number in range(PUT_RECORDS_MOST + 7)
    ]
    stream_on(client).put(entries, never())
    assert read() == [(entry.key, entry.data) for entry in entries]


def test_nothing_to_put_is_no_call(kinesis):
    client, read = kinesis
    stream_on(client).put([], never())
    assert read() == []


def test_a_batch_of_more_than_500_is_refused(kinesis):
    """The limit that batching keeps is real."""
    client, _ = kinesis
    records = [{"PartitionKey": "k", "Data": b"x"}] * (PUT_RECORDS_MOST + 1)
    with pytest.raises(ClientError):
        client.put_records(StreamName=STREAM, Records=records)


def test_a_record_above_a_mebibyte_is_refused(kinesis):
    client, _ = kinesis
    records = [{"PartitionKey": "k", "Data": b"x" * (RECORD_BYTES + 1)}]
    with pytest.raises(ClientError):
        client.put_records(StreamName=STREAM, Records=records)


def test_an_unknown_stream_is_an_error_with_advice(kinesis):
    client, _ = kinesis
    with pytest.raises(AwsError, match=r"elsewhere.*fix its name"):
        stream_on(client, "elsewhere").put([Entry("k", b"x")], never())
