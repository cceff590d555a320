"""Stream ledger: every record a Kinesis stream still holds, read shard by shard."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sandbox.audit.ledgers import StreamLedger
from sandbox.audit.rows import Identity, Row, identity_of, passes

DEAD = {"malformed", "oversize", "refused"}  # how the producer marks what the filter must refuse
GET_RECORDS_LIMIT = 10_000  # most that GetRecords gives


def read_stream(kinesis: Any, stream_name: str, min_score: int) -> StreamLedger:  # noqa: ANN401 - boto3 has no types
    """Read the whole stream with a boto3 client."""
    records = list(_records(kinesis, stream_name))
    ledger = stream_ledger((record["Data"] for record in records), min_score)
    arrived: dict[Identity, float] = {}
    for record in records:
        at = record["ApproximateArrivalTimestamp"].timestamp()
        for row in observations_of([record["Data"]]):
            identity = identity_of(row)
            arrived[identity] = min(at, arrived.get(identity, at))
    return replace(ledger, arrived_at=arrived)


def stream_ledger(lines: Iterable[bytes], min_score: int) -> StreamLedger:
    """Take records; of those that are no observation, only that they are there."""
    kept = tuple(lines)
    observations = list(observations_of(kept))
    gaps = {row["id"] for row in observations if row.get("kind") == "gap"}
    return StreamLedger(
        lines=kept,
        ids=frozenset(row["id"] for row in observations) - gaps,
        passing_records=sum(passes(row, min_score) for row in observations),
        gaps=len(gaps),
    )


def rows_of(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield the records that are JSON objects with an id."""
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row:
            yield row


def observations_of(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield those rows that the producer does not mean to be refused by the filter."""
    return (row for row in rows_of(lines) if not DEAD & row.keys())


def _records(kinesis: Any, stream_name: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3 has no types
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=GET_RECORDS_LIMIT)
            yield from answer["Records"]
            iterator = answer.get("NextShardIterator")
            if not answer["Records"] and not answer.get("MillisBehindLatest"):
                break
