"""Delivery: carries what was put into one delivery stream to S3.

Nothing that was acknowledged is dropped: while S3 refuses, batches wait in order and are written
again under the same key, so that a retry never makes a second object. An orderly `close` writes
what is buffered at once, which AWS would do only when the buffering interval is over.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.aws.firehose.buffer import Batch, Buffer
from sandbox.aws.firehose.objects import body_of, data_key, error_key, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clock import Clock
    from sandbox.aws.faults import Faults
    from sandbox.aws.firehose.destination import Destination

RETRY_SECONDS = 30.0


class Store(Protocol):
    """What Firehose needs of S3."""

    def put_object(self, **request: Any) -> Any:  # noqa: ANN401 - botocore's own
        """Write one object; raises ClientError or BotoCoreError."""


@dataclass
class Tally:
    """What a delivery stream has done since it was created."""

    records_in: int = 0
    bytes_in: int = 0
    records_delivered: int = 0
    records_failed: int = 0
    objects: int = 0
    refusals: int = 0
    """Writes that S3 refused; each is done again."""


@dataclass(frozen=True)
class _Parcel:
    key: str
    batch: Batch
    failed: bool
    destination: Destination


class Delivery:
    """One delivery stream's buffers, and the thread that empties them."""

    def __init__(  # noqa: PLR0913 - a composition root passes them by name
        self,
        *,
        stream: str,
        destination: Destination,
        store: Store,
        clock: Clock,
        faults: Faults,
        on_problem: Callable[[str], None],
    ) -> None:
        """Start the thread; `on_problem` gets a sentence whenever S3 refuses."""
        self.stream = stream
        self.tally = Tally()
        self._store = store
        self._clock = clock
        self._faults = faults
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._parcels: deque[_Parcel] = deque()
        self._pending = 0
        self.configure(destination, "1")
        self._thread = threading.Thread(target=self._run, name=f"firehose {stream}", daemon=True)
        self._thread.start()

    def configure(self, destination: Destination, version: str) -> None:
        """Use other settings for what is put from now on."""
        with self._lock:
            if hasattr(self, "_destination"):
                self._seal()
            self._destination = destination
            self._version = version
            limits = destination.limit_bytes, destination.interval_seconds
            self._records = Buffer(*limits, destination.delimiter)
            self._failures = Buffer(*limits)

    def put(self, records: Sequence[bytes]) -> None:
        """Take records over: from here on they will be delivered."""
        with self._lock:
            now = self._clock.now()
            for record in records:
                self._add(record, now)
            self.tally.records_in += len(records)
            self.tally.bytes_in += sum(map(len, records))
            self._pending += len(records)
        self._wake.set()

    @property
    def buffered_records(self) -> int:
        """Return how many records are not in S3 yet."""
        return self._pending

    @property
    def due_at(self) -> float | None:
        """Return when the next buffer is due on the clock; None when all are empty."""
        dues = [b.due_at for b in (self._records, self._failures) if b.due_at is not None]
        return min(dues, default=None)

    def close(self, timeout_seconds: float) -> bool:
        """Write what is buffered, end the thread; returns False when S3 did not take it all."""
        with self._lock:
            self._seal()
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout_seconds)
        return not self._pending

    def _add(self, record: bytes, now: float) -> None:
        if self._faults.take_unprocessable():
            self._ship(self._failures.add(failure_of(record, now), now), failed=True)
        else:
            self._ship(self._records.add(record, now), failed=False)

    def _ship(self, batch: Batch | None, *, failed: bool) -> None:
        if batch is None:
            return
        name = error_key if failed else data_key
        key = name(self._destination, self.stream, self._version, batch)
        self._parcels.append(_Parcel(key, batch, failed, self._destination))

    def _seal(self) -> None:
        self._ship(self._records.seal(), failed=False)
        self._ship(self._failures.seal(), failed=True)

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._parcels):
            self._wake.clear()
            self._seal_what_is_due()
            if self._parcels:
                self._deliver()
            elif not self._closing.is_set():
                self._wait()

    def _wait(self) -> None:
        due_at = self.due_at
        if due_at is None:
            self._wake.wait()
        else:
            self._clock.wait(due_at - self._clock.now(), self._wake)

    def _seal_what_is_due(self) -> None:
        with self._lock:
            now = self._clock.now()
            for buffer, failed in ((self._records, False), (self._failures, True)):
                if buffer.due_at is not None and buffer.due_at <= now:
                    self._ship(buffer.seal(), failed=failed)

    def _deliver(self) -> None:
        parcel = self._parcels[0]
        problem = self._write(parcel)
        if problem is None:
            self._parcels.popleft()
            self._count(parcel)
            return
        self.tally.refusals += 1
        self._on_problem(f"S3 refused s3://{parcel.destination.bucket}/{parcel.key}: {problem}")
        if self._closing.is_set():
            self._parcels.clear()
            return
        self._clock.wait(RETRY_SECONDS, self._closing)

    def _write(self, parcel: _Parcel) -> str | None:
        if self._faults.switches.delivery_refused:
            return "a fault switch of the sandbox says so"
        target = parcel.destination
        encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target.kms_key}
            if target.kms_key
            else {}
        )
        body = body_of(parcel.batch, compressed=target.compressed)
        try:
            self._store.put_object(Bucket=target.bucket, Key=parcel.key, Body=body, **encryption)
        except (ClientError, BotoCoreError) as error:
            return str(error)
        return None

    def _count(self, parcel: _Parcel) -> None:
        with self._lock:
            count = len(parcel.batch.records)
            self.tally.objects += 1
            self.tally.records_failed += count if parcel.failed else 0
            self.tally.records_delivered += 0 if parcel.failed else count
            self._pending -= count
