"""DeliveryStream: carries what was put into one delivery stream to S3.

Nothing that was acknowledged is dropped: while S3 refuses, batches wait in order and are written
again under the same key, so that a retry never makes a second object. An orderly `close` writes
what is buffered at once, which AWS would do only when the buffering interval is over.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from clock import Clock
from sandbox.aws.faults import Faults
from sandbox.aws.firehose.buffer import Batch, Buffer
from sandbox.aws.firehose.destination import Destination
from sandbox.aws.firehose.objects import body_of, key_of

RETRY_SECONDS = 30.0


class Store(Protocol):
    """What Firehose needs of S3."""

    def put_object(self, **request: Any) -> Any:
        """Write one object; raises ClientError or BotoCoreError."""


@dataclass(frozen=True)
class _Parcel:
    key: str
    batch: Batch
    destination: Destination


class DeliveryStream:
    """One stream's buffer, and the thread that empties it; `on_problem` hears when S3 refuses."""

    def __init__(  # noqa: PLR0913 - a composition root passes them by name
        self,
        *,
        name: str,
        destination: Destination,
        store: Store,
        clock: Clock,
        faults: Faults,
        on_problem: Callable[[str], None],
    ) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._faults = faults
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._parcels: deque[_Parcel] = deque()
        self._records_in = 0
        self._records_delivered = 0
        self._use(destination, "1")
        self._thread = threading.Thread(target=self._run, name=f"firehose {name}", daemon=True)
        self._thread.start()

    def configure(self, destination: Destination, version: str) -> None:
        """Use other settings for what is put from now on."""
        with self._lock:
            self._ship(self._buffer.seal())
            self._use(destination, version)

    def put(self, records: Sequence[bytes]) -> None:
        """Take records over: from here on they will be delivered."""
        with self._lock:
            now = self._clock.now()
            for record in records:
                self._ship(self._buffer.add(record, now))
            self._records_in += len(records)
        self._wake.set()

    def status(self) -> dict[str, int]:
        """Return how many records came, are in S3, and are not."""
        with self._lock:
            return {
                "records_in": self._records_in,
                "records_delivered": self._records_delivered,
                "buffered_records": self._records_in - self._records_delivered,
            }

    def close(self, timeout_seconds: float) -> int:
        """Write what is buffered, end the thread; returns how many records S3 did not take."""
        with self._lock:
            self._ship(self._buffer.seal())
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout_seconds)
        return self.status()["buffered_records"]

    def _use(self, destination: Destination, version: str) -> None:
        self._destination = destination
        self._version = version
        self._buffer = Buffer(
            destination.limit_bytes, destination.interval_seconds, destination.delimiter
        )

    def _ship(self, batch: Batch | None) -> None:
        if batch is not None:
            key = key_of(self._destination, self.name, self._version, batch)
            self._parcels.append(_Parcel(key, batch, self._destination))

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._parcels):
            self._wake.clear()
            self._seal_when_due()
            if self._parcels:
                self._deliver()
            elif not self._closing.is_set():
                self._wait()

    def _wait(self) -> None:
        due_at = self._buffer.due_at
        if due_at is None:
            self._wake.wait()
        else:
            self._clock.wait(due_at - self._clock.now(), self._wake)

    def _seal_when_due(self) -> None:
        with self._lock:
            due_at = self._buffer.due_at
            if due_at is not None and due_at <= self._clock.now():
                self._ship(self._buffer.seal())

    def _deliver(self) -> None:
        parcel = self._parcels[0]
        problem = self._write(parcel)
        if problem is None:
            self._parcels.popleft()
            with self._lock:
                self._records_delivered += len(parcel.batch.records)
            return
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
