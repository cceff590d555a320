"""Kinesis' data calls through boto3, on moto in this process."""

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.kinesis.calls import KinesisDataPlane
from sandbox.aws.patching import patched

MEGABYTE = 1024 * 1024


@pytest.fixture
def kinesis(moto, clock, faults, client):
    """Return a client of a Kinesis with one stream of two shards."""
    with patched(KinesisDataPlane(clock, faults).patch):
        kinesis = client("kinesis")
        kinesis.create_stream(StreamName="s", ShardCount=2)
        yield kinesis


def shard_ids(kinesis):
    return [shard["ShardId"] for shard in kinesis.list_shards(StreamName="s")["Shards"]]


def read_shard(kinesis, shard_id, kind="TRIM_HORIZON", **start):
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard_id, ShardIteratorType=kind, **start
    )["ShardIterator"]
    found = []
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        found += answer["Records"]
        iterator = answer.get("NextShardIterator")
        if not answer["Records"]:
            break
    return found


def read(kinesis):
    """Return the data of all records, shard after shard."""
    return [r["Data"] for shard in shard_ids(kinesis) for r in read_shard(kinesis, shard)]


def put(kinesis, numbers):
    """Put one record for each number, its own partition key."""
    records = [{"PartitionKey": f"k{n}", "Data": f"{n}".encode()} for n in numbers]
    return kinesis.put_records(StreamName="s", Records=records)


def test_what_is_put_is_read_with_its_arrival_on_the_sandboxes_clock(kinesis, clock):
    """Data and keys come back; the timestamp is the clock's."""
    put(kinesis, range(100))
    records = [r for shard in shard_ids(kinesis) for r in read_shard(kinesis, shard)]
    assert {r["Data"] for r in records} == {f"{n}".encode() for n in range(100)}
    assert {r["ApproximateArrivalTimestamp"].timestamp() for r in records} == {clock.now()}


def test_a_key_keeps_its_order(kinesis):
    """All records of one key are in one shard, as they came."""
    for n in range(10):
        kinesis.put_record(StreamName="s", PartitionKey="same", Data=f"{n}".encode())
    assert read(kinesis) == [f"{n}".encode() for n in range(10)]


def test_after_a_reshard_records_stay_and_new_ones_go_to_the_children(kinesis):
    """Closed shards end and name their children; open ones take all keys."""
    put(kinesis, range(50))
    kinesis.update_shard_count(StreamName="s", TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    put(kinesis, range(50, 100))
    old = shard_ids(kinesis)[:2]
    from_old = [r["Data"] for shard in old for r in read_shard(kinesis, shard)]
    assert {f"{n}".encode() for n in range(50)} == set(from_old)
    assert sorted(read(kinesis)) == sorted(f"{n}".encode() for n in range(100))
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=old[0], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    last = kinesis.get_records(ShardIterator=iterator)
    assert "NextShardIterator" not in last
    assert len(last["ChildShards"]) == 2


def test_iterators_begin_where_they_are_told(kinesis, clock):
    """At a time, after a sequence number, at the end."""
    first = kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"1")
    clock.set(clock.now() + 10, 0)
    kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"2")
    shard, number = first["ShardId"], first["SequenceNumber"]
    after = read_shard(kinesis, shard, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)
    at = read_shard(kinesis, shard, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)
    timed = read_shard(kinesis, shard, "AT_TIMESTAMP", Timestamp=clock.now() - 5)
    assert [r["Data"] for r in after] == [b"2"]
    assert [r["Data"] for r in at] == [b"1", b"2"]
    assert [r["Data"] for r in timed] == [b"2"]
    assert not read_shard(kinesis, shard, "LATEST")


def test_records_older_than_the_retention_are_gone(kinesis, clock):
    """By the sandbox's clock."""
    kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"old")
    clock.set(clock.now() + 25 * 3600, 0)
    kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"new")
    assert read(kinesis) == [b"new"]


def test_a_partial_failure_stores_what_it_does_not_report(kinesis, faults):
    """Status 200, some entries with an error code, and only the others in the stream."""
    faults.set(kinesis_failed_records_ratio=0.5)
    answer = put(kinesis, range(100))
    failed = [n for n, entry in enumerate(answer["Records"]) if "ErrorCode" in entry]
    assert answer["FailedRecordCount"] == len(failed) > 0
    codes = {answer["Records"][n]["ErrorCode"] for n in failed}
    assert codes == {"ProvisionedThroughputExceededException", "InternalFailure"}
    assert {f"{n}".encode() for n in range(100) if n not in failed} == set(read(kinesis))


def test_throttling_refuses_the_whole_call(kinesis, faults):
    """As ProvisionedThroughputExceededException."""
    faults.set(kinesis_throttled_ratio=1.0)
    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        put(kinesis, range(3))
    assert not read(kinesis)


@pytest.mark.parametrize(
    ("records", "error"),
    [
        ([{"PartitionKey": "k", "Data": bytes(MEGABYTE)}], "ValidationException"),
        ([{"PartitionKey": "k", "Data": bytes(900_000)}] * 12, "InvalidArgumentException"),
        ([{"PartitionKey": "k", "Data": b"x"}] * 501, "ValidationException"),
        ([{"PartitionKey": "k" * 257, "Data": b"x"}], "ValidationException"),
    ],
    ids=["record", "request", "count", "key"],
)
def test_limits_refuse_the_whole_call(kinesis, records, error):
    """Record with key 1 MiB, request 10 MiB, 500 records, keys of 256 characters."""
    with pytest.raises(ClientError, match=error):
        kinesis.put_records(StreamName="s", Records=records)
    assert not read(kinesis)


def test_put_record_checks_its_size(kinesis):
    """1 MiB with the key."""
    with pytest.raises(ClientError, match="ValidationException"):
        kinesis.put_record(StreamName="s", PartitionKey="k", Data=bytes(MEGABYTE))
