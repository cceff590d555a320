"""Firehose's calls through boto3, on moto in this process."""

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.firehose.calls import FirehoseDelivery
from sandbox.aws.firehose.service import DeliveryService
from sandbox.aws.patching import patched

S3 = {"RoleARN": "arn:aws:iam::123456789012:role/r", "BucketARN": "arn:aws:s3:::lake"}


class Store:
    def __init__(self):
        self.bodies = []

    def put_object(self, **request):
        self.bodies.append(request["Body"])


@pytest.fixture
def service(clock, faults):
    """Return a delivery service that writes to one store."""
    store = Store()
    service = DeliveryService(clock, faults, lambda: store)
    service.written = store.bodies
    yield service
    service.close()


@pytest.fixture
def firehose(moto, service, client):
    with patched(FirehoseDelivery(service).patch):
        firehose = client("firehose")
        firehose.create_delivery_stream(
            DeliveryStreamName="d", ExtendedS3DestinationConfiguration=S3
        )
        yield firehose


def batch(firehose, records):
    entries = [{"Data": record} for record in records]
    return firehose.put_record_batch(DeliveryStreamName="d", Records=entries)


def test_every_record_gets_an_id(firehose, service):
    """And is counted."""
    answer = batch(firehose, [b"a", b"b"])
    assert answer["FailedPutCount"] == 0
    assert all(entry["RecordId"] for entry in answer["RequestResponses"])
    assert firehose.put_record(DeliveryStreamName="d", Record={"Data": b"c"})["RecordId"]
    status = service.status()["d"]
    assert (status["records_in"], status["buffered_records"]) == (3, 3)


@pytest.mark.parametrize(
    ("records", "error"),
    [
        ([b"x"] * 501, "ValidationException"),
        ([bytes(1_024_001)], "ValidationException"),
        ([bytes(1_000_000)] * 5, "InvalidArgumentException"),
    ],
    ids=["count", "record", "batch"],
)
def test_limits_refuse_the_whole_batch(firehose, service, records, error):
    """500 records, 1,000 KiB a record, 4 MiB a batch."""
    with pytest.raises(ClientError, match=error):
        batch(firehose, records)
    assert service.status()["d"]["records_in"] == 0


def test_a_partial_failure_keeps_what_it_does_not_report(firehose, service):
    """Status 200, some entries with an error code."""
    service.faults.set(firehose_failed_records_ratio=0.5)
    answer = batch(firehose, [b"x"] * 100)
    assert 0 < answer["FailedPutCount"] < 100
    assert service.status()["d"]["records_in"] == 100 - answer["FailedPutCount"]


def test_throttling_is_service_unavailable(firehose, service):
    """The caller may try again."""
    service.faults.set(firehose_throttled_ratio=1.0)
    with pytest.raises(ClientError, match="ServiceUnavailableException"):
        batch(firehose, [b"x"])


def test_a_stream_that_is_not_there(firehose):
    """Not silently made."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        firehose.put_record(DeliveryStreamName="other", Record={"Data": b"x"})


def test_deleting_a_stream_writes_what_it_held(firehose, service):
    """Then it is gone from the status."""
    batch(firehose, [b"a", b"b"])
    firehose.delete_delivery_stream(DeliveryStreamName="d")
    assert service.written == [b"ab"]
    assert not service.status()


def test_changed_settings_take_effect(firehose, service):
    """The next object is compressed, the one before was not."""
    batch(firehose, [b"a"])
    firehose.update_destination(
        DeliveryStreamName="d",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"CompressionFormat": "GZIP"},
    )
    batch(firehose, [b"b"])
    service.close()
    assert service.written[0] == b"a"
    assert service.written[1].startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "settings",
    [
        {"ExtendedS3DestinationConfiguration": {**S3, "CompressionFormat": "Snappy"}},
        {"ExtendedS3DestinationConfiguration": {**S3, "Prefix": "a/!{timestamp:yyyy}/"}},
        {
            "HttpEndpointDestinationConfiguration": {
                "EndpointConfiguration": {"Url": "https://example.com"},
                "S3Configuration": S3,
            }
        },
        {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
                "RoleARN": S3["RoleARN"],
            },
            "ExtendedS3DestinationConfiguration": S3,
        },
    ],
    ids=["snappy", "no-error-prefix", "http", "kinesis-source"],
)
def test_what_is_not_honoured_is_refused_when_the_stream_is_made(firehose, settings):
    """With a sentence, and no stream is left behind."""
    with pytest.raises(ClientError, match="InvalidArgumentException"):
        firehose.create_delivery_stream(DeliveryStreamName="other", **settings)
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["d"]
