"""Stream: PutRecords until every record is acknowledged.

A 200 from PutRecords is not success: it may have failed for some entries. Only those are sent
again, in order, with jittered back-off. It goes on until Kinesis has acknowledged all, or
until the producer shall stop and a few last tries have failed too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producer import events
from producer.aws import translated
from producer.backoff import Backoff
from producer.delivery.batching import Entry, batches
from producer.errors import AwsUnavailableError, NotDeliveredError

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from structlog.typing import FilteringBoundLogger

    from clock import Clock
    from producer.progress import Tally

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 20.0
LAST_TRIES = 4  # after the stop was asked for: about a second and a half


class KinesisStream:
    """The stream, behind one call. `clock` paces retries: AWS' limits refill on the wall."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 has no types
        name: str,
        *,
        clock: Clock,
        tally: Tally,
        log: FilteringBoundLogger,
    ) -> None:
        """Take a boto3 client that does not retry by itself."""
        self._client = client
        self._name = name
        self._clock = clock
        self._tally = tally
        self._log = log

    def put(self, entries: Sequence[Entry], stop: threading.Event) -> None:
        """Return once all are acknowledged; raises NotDeliveredError at a stop before that."""
        left = len(entries)
        for batch in batches(entries):
            self._put_batch(batch, stop, left)
            left -= len(batch)

    def _put_batch(self, batch: list[Entry], stop: threading.Event, left: int) -> None:
        acknowledged = 0
        backoff = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
        tries_left = LAST_TRIES
        pending = batch
        while pending := self._send(pending, backoff):
            acknowledged = len(batch) - len(pending)
            backoff = backoff.failed()
            tries_left -= stop.is_set()
            if tries_left <= 0:
                self._tally.records_failed += left - acknowledged
                raise NotDeliveredError(left - acknowledged)
            # once stopping, the wait itself must not end early: it is what lets Kinesis recover
            self._clock.wait(backoff.seconds(), None if stop.is_set() else stop)
            self._tally.records_retried += len(pending)

    def _send(self, pending: list[Entry], backoff: Backoff) -> list[Entry]:
        """Send once; returns the entries that were not acknowledged."""
        records = [{"PartitionKey": entry.key, "Data": entry.data} for entry in pending]
        try:
            with translated(f"Kinesis stream {self._name}"):
                answer = self._client.put_records(StreamName=self._name, Records=records)
        except AwsUnavailableError as error:
            self._log.warning(
                events.STREAM_UNAVAILABLE, reason=str(error), failures=backoff.failures + 1
            )
            return pending
        results = answer["Records"]
        failed = [
            entry
            for entry, result in zip(pending, results, strict=True)
            if "SequenceNumber" not in result
        ]
        self._tally.records_sent += len(pending) - len(failed)
        if failed:
            self._tally.partial_failures += 1
            codes = sorted({result["ErrorCode"] for result in results if result.get("ErrorCode")})
            self._log.warning(events.RECORDS_PARTLY_FAILED, failed=len(failed), codes=codes)
        return failed
