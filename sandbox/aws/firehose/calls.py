"""Firehose's delivery in place of moto's.

moto 5.2.5 writes each put as one object at once: no buffering, no expressions in prefixes, no
compression, no delimiter, no limits, and it accepts settings that it then does not honour.
"""

from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.firehose.exceptions import (
    InvalidArgumentException,
    ResourceNotFoundException,
    ValidationException,
)
from moto.firehose.models import DeliveryStream, FirehoseBackend

from sandbox.aws.firehose.destination import Destination, NotHonoured, destination_of
from sandbox.aws.firehose.prefix import PrefixError
from sandbox.aws.firehose.service import DeliveryService
from sandbox.aws.patching import Patching

# https://docs.aws.amazon.com/firehose/latest/dev/limits.html
RECORD_BYTES = 1_024_000
BATCH_RECORDS = 500
BATCH_BYTES = 4 * 1024 * 1024


class ServiceUnavailableException(ServiceException):
    """Firehose is too busy; the caller backs off and tries again."""

    code = "ServiceUnavailableException"
    message = "Slow down."


@dataclass(frozen=True)
class FirehoseDelivery:
    """Leaves moto its control plane, and delivers; moto's PutRecord is a batch of one."""

    service: DeliveryService

    def patch(self, patching: Patching) -> None:
        """Put this in moto's place."""
        patching.wrap(FirehoseBackend, "create_delivery_stream", self._create)
        patching.wrap(FirehoseBackend, "delete_delivery_stream", self._delete)
        patching.wrap(FirehoseBackend, "update_destination", self._update)
        patching.put(FirehoseBackend, "put_record_batch", self._put_record_batch)

    def _create(self, original: Any, backend: FirehoseBackend, *args: Any, **kwargs: Any) -> str:
        arn: str = original(backend, *args, **kwargs)
        stream = backend.delivery_streams[arn.rsplit("/", 1)[-1]]
        try:
            self.service.create(arn, _destination(stream))
        except InvalidArgumentException:
            backend.delivery_streams.pop(stream.delivery_stream_name)
            raise
        return arn

    def _delete(self, original: Any, backend: FirehoseBackend, delivery_stream_name: str) -> None:
        stream = _stream(backend, delivery_stream_name)
        original(backend, delivery_stream_name)
        self.service.delete(stream.delivery_stream_arn)

    def _update(self, original: Any, backend: FirehoseBackend, *args: Any, **kwargs: Any) -> None:
        original(backend, *args, **kwargs)
        stream = _stream(backend, args[0] if args else kwargs["delivery_stream_name"])
        arn, version = stream.delivery_stream_arn, stream.version_id
        self.service.configure(arn, _destination(stream), version)

    def _put_record_batch(
        self, backend: FirehoseBackend, delivery_stream_name: str, records: list[dict[str, bytes]]
    ) -> dict[str, Any]:
        stream = _stream(backend, delivery_stream_name)
        if not 1 <= len(records) <= BATCH_RECORDS:
            raise ValidationException(_too_long("records", BATCH_RECORDS))
        for number, record in enumerate(records, start=1):
            if len(record["Data"]) > RECORD_BYTES:
                raise ValidationException(_too_long(f"records.{number}.member.data", RECORD_BYTES))
        if sum(len(record["Data"]) for record in records) > BATCH_BYTES:
            raise InvalidArgumentException("Records size exceeds 4 MB limit")
        if self.service.throttles():
            raise ServiceUnavailableException
        answers = self.service.put(stream.delivery_stream_arn, [r["Data"] for r in records])
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedPutCount": failed, "Encrypted": False, "RequestResponses": answers}


def _stream(backend: FirehoseBackend, name: str) -> DeliveryStream:
    stream = backend.delivery_streams.get(name)
    if stream is None:
        raise ResourceNotFoundException(
            f"Firehose {name} under account {backend.account_id} not found."
        )
    return stream


def _destination(stream: DeliveryStream) -> Destination:
    configuration = stream.destinations[0].get("ExtendedS3") or stream.destinations[0].get("S3")
    if configuration is None:
        kinds = [kind for kind in stream.destinations[0] if kind != "destination_id"]
        raise InvalidArgumentException(
            f"The sandbox's Firehose delivers to S3 only, not to {' and '.join(kinds)}."
        )
    if stream.delivery_stream_type != "DirectPut":
        raise InvalidArgumentException(
            f"The sandbox's Firehose takes DirectPut only, not {stream.delivery_stream_type}."
        )
    try:
        return destination_of(configuration)
    except (NotHonoured, PrefixError) as error:
        raise InvalidArgumentException(str(error)) from error


def _too_long(field: str, limit: int) -> str:
    return (
        f"1 validation error detected: Value at '{field}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}"
    )
