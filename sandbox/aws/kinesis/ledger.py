"""Ledger: what every stream has taken in and given out, for the account and for lag."""

from __future__ import annotations

from typing import Any

from moto.kinesis.models import Stream, kinesis_backends

from sandbox.aws.patches.kinesis_data import log_of


def stream_status() -> dict[str, dict[str, Any]]:
    """Return records put and read, and since when the oldest is unread, by stream name."""
    return {
        stream.stream_name: _status(stream)
        for regions in list(kinesis_backends.values())
        for backend in list(regions.values())
        for stream in list(backend.streams.values())
    }


def _status(stream: Stream) -> dict[str, Any]:
    logs = [log_of(shard) for shard in list(stream.shards.values())]
    unread = [at for log in logs if (at := log.oldest_unread_at) is not None]
    return {
        "records_put": sum(log.put for log in logs),
        "records_read": sum(log.read for log in logs),
        "oldest_unread_at": min(unread, default=None),
    }
