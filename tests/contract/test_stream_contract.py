"""The fake Kinesis client and the emulator's behave alike under the producer's sender."""

import pytest
from botocore.exceptions import ClientError

from producer.delivery.entry import Entry
from producer.delivery.stream import KinesisStream
from producer.errors import AwsError, RecordRefusedError
from tests.support.aws_emulator import STREAM, make_stream, read_stream
from tests.support.delivery import Delivery, record
from tests.support.kinesis import PUT_RECORDS_MOST, RECORD_BYTES, FakeKinesis


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


@pytest.fixture(params=["memory", "disk"])
def delivery(request, kinesis, tmp_path):
    """Return an outbox of each kind, whose sender puts into each kind of stream."""
    return Delivery(tmp_path if request.param == "disk" else None, kinesis=kinesis[0])


def test_records_arrive_whole_in_order_with_their_keys(delivery, kinesis):
    _, read = kinesis
    records = [record(f"t1_{number}", number, body="🚀") for number in range(PUT_RECORDS_MOST + 7)]
    last = delivery.add(*records)
    waiting = delivery.outbox.waiting(0, 10_000, 10**9)
    delivery.run(60)
    assert read() == [(each.entry.key, each.entry.data) for each in waiting]
    assert (delivery.outbox.count(), delivery.outbox.acknowledged()) == (0, last)


def test_nothing_to_put_is_no_call(delivery, kinesis):
    _, read = kinesis
    delivery.run(60)
    assert read() == []


def test_a_batch_of_more_than_500_is_refused(kinesis):
    """The limit that batching keeps is real."""
    client, _ = kinesis
    records = [{"PartitionKey": "k", "Data": b"x"}] * (PUT_RECORDS_MOST + 1)
    with pytest.raises(ClientError):
        client.put_records(StreamName=STREAM, Records=records)


def test_a_record_above_a_mebibyte_is_refused_as_a_record(kinesis):
    """Nothing of its call is taken, so the others go again without it."""
    client, read = kinesis
    entries = [Entry("t1_good", b"{}"), Entry("t1_large", b"x" * (RECORD_BYTES + 1))]
    with pytest.raises(RecordRefusedError, match="observations"):
        KinesisStream(client, STREAM).put(entries)
    assert read() == []


def test_an_unknown_stream_is_an_error_with_advice(kinesis):
    client, _ = kinesis
    with pytest.raises(AwsError, match=r"elsewhere.*fix its name"):
        KinesisStream(client, "elsewhere").put([Entry("k", b"x")])
