"""Kinesis' data plane, because moto's cannot be trusted with data.

moto 5.2.5 loses records under concurrent producers, takes quadratic time, routes to closed
shards after a reshard and moves their records, checks no sizes on PutRecord, answers more than
10 MB, never throttles, never fails part of a PutRecords, and stamps with the wall clock. Rates
are not limited here either: throttling comes from a fault switch.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from moto.core.exceptions import JsonRESTError
from moto.kinesis.models import KinesisBackend, Shard, Stream, kinesis_backends
from moto.kinesis.responses import KinesisResponse
from moto.kinesis.utils import compose_shard_iterator, decompose_shard_iterator

from clock import Clock
from sandbox.aws.faults import Faults
from sandbox.aws.kinesis.shard_log import GET_RECORDS_LIMIT, ShardLog, StoredRecord
from sandbox.aws.patching import Patching

# https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
RECORD_BYTES = 1024 * 1024
REQUEST_BYTES = 10 * 1024 * 1024
REQUEST_RECORDS = 500
PARTITION_KEY_CHARACTERS = 256
_INTERNAL_SHARE = 0.5  # of the entries that fail
_THROTTLED = "ProvisionedThroughputExceededException"
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
Answer = tuple[int, dict[str, str], bytes]


class Refused(JsonRESTError):  # noqa: N818 - an answer, not a mistake
    """A data call that AWS would refuse."""


def log_of(shard: Shard) -> ShardLog:
    """Return the records of a moto shard."""
    log = shard.__dict__.get("log")
    if not isinstance(log, ShardLog):
        log = shard.__dict__["log"] = ShardLog()
    return log


def record_size_bytes(data: str, partition_key: str) -> int:
    """Return what a record counts: its decoded data and its key."""
    try:
        return len(base64.b64decode(data, validate=True)) + len(partition_key.encode())
    except binascii.Error as error:
        raise Refused("SerializationException", "Data is not base64") from error


@dataclass(frozen=True)
class KinesisDataPlane:
    """PutRecord, PutRecords, GetRecords and iterators, on shards that keep a ShardLog."""

    clock: Clock
    faults: Faults

    def patch(self, patching: Patching) -> None:
        """Put this in moto's place."""
        patching.wrap(Shard, "__init__", _make_log)
        patching.put(Shard, "get_max_sequence_number", lambda s: log_of(s).newest_sequence)
        patching.put(Shard, "get_min_sequence_number", lambda s: log_of(s).oldest_sequence)
        patching.put(Shard, "get_sequence_number_at", lambda s, at: log_of(s).last_before(_at(at)))
        patching.put(KinesisResponse, "put_record", self._put_record)
        patching.put(KinesisResponse, "put_records", self._put_records)
        patching.put(KinesisResponse, "get_records", self._get_records)

    def status(self) -> dict[str, dict[str, Any]]:
        """Return records put and read, and since when the oldest is unread, by stream name."""
        return {
            stream.stream_name: _status(stream)
            for regions in list(kinesis_backends.values())
            for backend in list(regions.values())
            for stream in list(backend.streams.values())
        }

    def _put_record(self, response: KinesisResponse) -> Answer:
        request = orjson.loads(response.body)
        stream = self._stream(response, request)
        _check_size([request], one=True)
        self._maybe_throttle(stream)
        shard = self._route(stream, request)
        return _answer(self._store(stream, shard, request))

    def _put_records(self, response: KinesisResponse) -> Answer:
        request = orjson.loads(response.body)
        stream = self._stream(response, request)
        entries = request["Records"]
        if len(entries) > REQUEST_RECORDS:
            raise Refused("ValidationException", _too_long("records", REQUEST_RECORDS))
        _check_size(entries, one=False)
        self._maybe_throttle(stream)
        shards = [self._route(stream, entry) for entry in entries]
        answers = [self._store_or_fail(stream, s, e) for s, e in zip(shards, entries, strict=True)]
        failed = sum("ErrorCode" in answer for answer in answers)
        return _answer({"FailedRecordCount": failed, "Records": answers})

    def _get_records(self, response: KinesisResponse) -> Answer:
        request = orjson.loads(response.body)
        self.faults.wait_until_thawed()
        name, shard_id, sequence = decompose_shard_iterator(request["ShardIterator"])
        arn = request.get("StreamARN")
        stream = response.kinesis_backend.describe_stream(arn, None if arn else name)
        shard = stream.get_shard(shard_id)
        limit = request.get("Limit") or GET_RECORDS_LIMIT
        records, behind_ms = log_of(shard).after(int(sequence), limit)
        last = records[-1].sequence if records else int(sequence)
        answer = {"Records": [_to_json(r) for r in records], "MillisBehindLatest": behind_ms}
        if not shard.is_open and last >= log_of(shard).newest_sequence:
            return _answer({**answer, "ChildShards": _children(stream, shard)})
        return _answer({**answer, "NextShardIterator": compose_shard_iterator(name, shard, last)})

    def _stream(self, response: KinesisResponse, request: dict[str, Any]) -> Stream:
        self.faults.wait_until_thawed()
        backend: KinesisBackend = response.kinesis_backend
        return backend.describe_stream(request.get("StreamARN"), request.get("StreamName"))

    def _maybe_throttle(self, stream: Stream) -> None:
        if self.faults.strikes(self.faults.switches.kinesis_throttled_ratio):
            raise Refused(_THROTTLED, f"Rate exceeded for stream {stream.stream_name}")

    def _store_or_fail(self, stream: Stream, shard: Shard, entry: dict[str, Any]) -> dict[str, str]:
        if self.faults.strikes(self.faults.switches.kinesis_failed_records_ratio):
            where = f"shard {shard.shard_id} in stream {stream.stream_name}"
            if self.faults.strikes(_INTERNAL_SHARE):
                return {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure."}
            return {"ErrorCode": _THROTTLED, "ErrorMessage": f"Rate exceeded for {where}"}
        return self._store(stream, shard, entry)

    def _store(self, stream: Stream, shard: Shard, entry: dict[str, Any]) -> dict[str, str]:
        now = self.clock.now()
        log = log_of(shard)
        sequence = log.append(entry["PartitionKey"], entry["Data"], now)
        log.trim(now - stream.retention_period_hours * 3600)
        return {"SequenceNumber": str(sequence), "ShardId": shard.shard_id}

    def _route(self, stream: Stream, entry: dict[str, Any]) -> Shard:
        digest = hashlib.md5(entry["PartitionKey"].encode(), usedforsecurity=False).digest()
        key = int.from_bytes(digest, "big")
        for shard in list(stream.shards.values()):
            if shard.is_open and shard.starting_hash <= key <= shard.ending_hash:
                return shard
        raise Refused("InternalFailure", f"no open shard of {stream.stream_name} holds {key}")


def _make_log(original: Any, shard: Shard, *args: Any, **kwargs: Any) -> None:
    original(shard, *args, **kwargs)
    log_of(shard)


def _check_size(entries: list[dict[str, Any]], *, one: bool) -> None:
    sizes = [record_size_bytes(entry["Data"], entry["PartitionKey"]) for entry in entries]
    for number, (entry, size) in enumerate(zip(entries, sizes, strict=True), start=1):
        where = "" if one else f"records.{number}.member."
        if size > RECORD_BYTES:
            raise Refused("ValidationException", _too_long(f"{where}data", RECORD_BYTES))
        if not 1 <= len(entry["PartitionKey"]) <= PARTITION_KEY_CHARACTERS:
            message = _too_long(f"{where}partitionKey", PARTITION_KEY_CHARACTERS)
            raise Refused("ValidationException", message)
    if sum(sizes) > REQUEST_BYTES:
        raise Refused("InvalidArgumentException", "Records size exceeds 10 MB limit")


def _too_long(field: str, limit: int) -> str:
    return (
        f"1 validation error detected: Value at '{field}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}"
    )


def _status(stream: Stream) -> dict[str, Any]:
    logs = [log_of(shard) for shard in list(stream.shards.values())]
    unread = [at for log in logs if (at := log.oldest_unread_at) is not None]
    return {
        "records_put": sum(log.put for log in logs),
        "records_read": sum(log.read for log in logs),
        "oldest_unread_at": min(unread, default=None),
    }


def _children(stream: Stream, shard: Shard) -> list[dict[str, Any]]:
    return [
        {
            "ShardId": child.shard_id,
            "ParentShards": [p for p in (child.parent, child.adjacent_parent) if p],
            "HashKeyRange": child.to_json()["HashKeyRange"],
        }
        for child in stream.shards.values()
        if shard.shard_id in (child.parent, child.adjacent_parent)
    ]


def _to_json(record: StoredRecord) -> dict[str, Any]:
    return {
        "SequenceNumber": str(record.sequence),
        "PartitionKey": record.partition_key,
        "Data": record.data,
        "ApproximateArrivalTimestamp": round(record.arrived_at, 3),
    }


def _at(at: Any) -> float:
    return float(at.timestamp() if hasattr(at, "timestamp") else at)


def _answer(body: dict[str, Any]) -> Answer:
    return 200, dict(_JSON), orjson.dumps(body)
