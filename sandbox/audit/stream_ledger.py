"""Stream book: every record a Kinesis stream still holds, read shard by shard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.audit.ledgers import Content, Identity, StreamBook

if TYPE_CHECKING:
    from collections.abc import Iterator

GET_RECORDS_LIMIT = 10_000  # most that GetRecords gives


def read_stream(kinesis: Any, stream_name: str, min_score: int) -> StreamBook:  # noqa: ANN401 - boto3 has no types
    """Read the whole stream with a boto3 client; lines that are no JSON object are left out."""
    ids: set[str] = set()
    qualified: dict[Identity, Content] = {}
    kept_comments: set[str] = set()
    qualified_records = records = gaps = 0
    for line in _lines(kinesis, stream_name):
        records += 1
        observation = _decode(line)
        if observation is None:
            continue
        if observation["kind"] == "gap":
            gaps += 1
        else:
            ids.add(observation["id"])
        if _reached(observation, min_score):
            kept_comments.add(observation["id"])
        if qualifies(observation, min_score):
            qualified_records += 1
            identity = Identity(observation["id"], observation["observed_at"])
            qualified[identity] = _content(observation)
    return StreamBook(
        ids=frozenset(ids),
        qualified=qualified,
        kept_comments=frozenset(kept_comments),
        qualified_records=qualified_records,
        records=records,
        gaps=gaps,
    )


def _content(observation: dict[str, Any]) -> Content:
    return Content._make(observation.get(name) for name in Content._fields)


def qualifies(observation: dict[str, Any], min_score: int) -> bool:
    """Say whether the filter has to pass it: the sticky rule in its plainest words."""
    if observation["kind"] != "comment" or observation["state"] != "live":
        return True
    return _reached(observation, min_score)


def _reached(observation: dict[str, Any], min_score: int) -> bool:
    if observation["kind"] != "comment":
        return False
    peak = observation["peak_score"]
    return peak is not None and peak >= min_score


def _decode(line: bytes) -> dict[str, Any] | None:
    try:
        observation = json.loads(line)
    except ValueError:
        return None
    return observation if isinstance(observation, dict) and "id" in observation else None


def _lines(kinesis: Any, stream_name: str) -> Iterator[bytes]:  # noqa: ANN401
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=GET_RECORDS_LIMIT)
            yield from (record["Data"] for record in answer["Records"])
            iterator = answer.get("NextShardIterator")
            if not answer["Records"] and not answer.get("MillisBehindLatest"):
                break
