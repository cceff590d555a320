"""DeliveryService: the delivery streams that exist, and the faults of their data calls."""

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clock import Clock
from sandbox.aws.faults import Faults
from sandbox.aws.firehose.delivery_stream import DeliveryStream, Store
from sandbox.aws.firehose.destination import Destination

_LOG = logging.getLogger(__name__)
_CLOSE_SECONDS = 20.0


@dataclass
class DeliveryService:
    """Delivery streams by ARN."""

    clock: Clock
    faults: Faults
    store: Callable[[], Store]
    _streams: dict[str, DeliveryStream] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, arn: str, destination: Destination) -> None:
        """Begin to deliver for a stream."""
        stream = DeliveryStream(
            name=arn.rsplit("/", 1)[-1],
            destination=destination,
            store=self.store(),
            clock=self.clock,
            faults=self.faults,
            on_problem=_LOG.warning,
        )
        with self._lock:
            self._streams[arn] = stream

    def configure(self, arn: str, destination: Destination, version: str) -> None:
        """Change where a stream delivers from now on."""
        self._streams[arn].configure(destination, version)

    def delete(self, arn: str) -> None:
        """Write what is buffered, and forget the stream."""
        with self._lock:
            stream = self._streams.pop(arn)
        _close(stream)

    def put(self, arn: str, records: Sequence[bytes]) -> list[dict[str, str]]:
        """Take records over; returns one answer for each, some of them failures by fault switch."""
        ratio = self.faults.switches.firehose_failed_records_ratio
        failed = [self.faults.strikes(ratio) for _ in records]
        self._streams[arn].put([r for r, f in zip(records, failed, strict=True) if not f])
        return [_FAILURE if f else {"RecordId": uuid.uuid4().hex} for f in failed]

    def throttles(self) -> bool:
        """Return whether a fault switch refuses the call at hand."""
        return self.faults.strikes(self.faults.switches.firehose_throttled_ratio)

    def close(self) -> None:
        """Write everything that is buffered."""
        with self._lock:
            streams = list(self._streams.values())
        for stream in streams:
            _close(stream)

    def status(self) -> dict[str, dict[str, int]]:
        """Return what each stream has done, by name."""
        with self._lock:
            return {stream.name: stream.status() for stream in self._streams.values()}


_FAILURE = {
    "ErrorCode": "ServiceUnavailableException",
    "ErrorMessage": "Slow down.",
}


def _close(stream: DeliveryStream) -> None:
    left = stream.close(_CLOSE_SECONDS)
    if left:
        _LOG.error("delivery stream %s ends with %d records undelivered", stream.name, left)
