"""Stream: PutRecords until every record is acknowledged.

A 200 from PutRecords is not success: it may have failed for some entries. Only those are sent
again, in order, with jittered back-off. It goes on until Kinesis has acknowledged all, or
until the producer shall stop and a few last tries have failed too.
"""

import threading
from collections.abc import Sequence
from typing import Any

from clock import Clock
from producer.aws import translated
from producer.delivery.batching import Entry, batches
from producer.errors import AwsUnavailableError, NotDeliveredError
from producer.events import RecordsPartlyFailed, StreamUnavailable
from producer.retrying import tries
from producer.totals import Totals
from telemetry import Log


class KinesisStream:
    """The stream, behind one call, on a boto3 client that does not retry by itself.

    `clock` paces retries: AWS' limits refill on the wall clock.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 has no types
        name: str,
        *,
        clock: Clock,
        totals: Totals,
        log: Log,
    ) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._totals = totals
        self._log = log

    def put(self, entries: Sequence[Entry], stop: threading.Event) -> None:
        """Return once all are acknowledged; raises NotDeliveredError at a stop before that."""
        left = len(entries)
        for batch in batches(entries):
            self._put_batch(batch, stop, left)
            left -= len(batch)

    def _put_batch(self, batch: list[Entry], stop: threading.Event, left: int) -> None:
        pending = batch
        for failures in tries(self._clock, stop):
            self._totals.records_retried += len(pending) if failures else 0
            pending = self._send(pending, failures)
            if not pending:
                return
        unacknowledged = left - len(batch) + len(pending)
        self._totals.records_failed += unacknowledged
        raise NotDeliveredError(unacknowledged)

    def _send(self, pending: list[Entry], failures: int) -> list[Entry]:
        """Send once; returns the entries that were not acknowledged."""
        records = [{"PartitionKey": entry.key, "Data": entry.data} for entry in pending]
        try:
            with translated(f"Kinesis stream {self._name}"):
                answer = self._client.put_records(StreamName=self._name, Records=records)
        except AwsUnavailableError as error:
            self._log.emit(StreamUnavailable(reason=str(error), failures=failures + 1))
            return pending
        results = answer["Records"]
        failed = [
            entry
            for entry, result in zip(pending, results, strict=True)
            if "SequenceNumber" not in result
        ]
        self._totals.records_sent += len(pending) - len(failed)
        if failed:
            self._totals.partial_failures += 1
            codes = sorted({result["ErrorCode"] for result in results if result.get("ErrorCode")})
            self._log.emit(RecordsPartlyFailed(failed=len(failed), codes=codes))
        return failed
