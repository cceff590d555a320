"""S3 on the sandbox's clock, and its EventBridge notification.

moto 5.2.5 stamps objects with the wall clock, which the age of a landed object is reckoned by,
and does not answer that a bucket sends its events to EventBridge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.s3 import models
from moto.s3.responses import S3Response

if TYPE_CHECKING:
    from clock import Clock
    from sandbox.aws.patching import Patching

_EVENTS = "<EventBridgeConfiguration></EventBridgeConfiguration>"
_CLOSING = re.compile(r"</(\w*NotificationConfiguration)>")
_EMPTY = re.compile(r"<(\w*NotificationConfiguration)([^>]*)/>")


@dataclass(frozen=True)
class S3Clock:
    """Stamps objects and uploads by the sandbox's clock."""

    clock: Clock

    def patch(self, patching: Patching) -> None:
        """Give moto's S3 another clock; naive UTC, as moto has it."""
        now = self.clock.now
        patching.put(
            models, "utcnow", lambda: datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)
        )


def answer_eventbridge(patching: Patching) -> None:
    """Say that a bucket sends its events to EventBridge, when it was told to."""
    patching.wrap(S3Response, "get_bucket_notification", _get_bucket_notification)


def _get_bucket_notification(original: Any, response: S3Response) -> Any:  # noqa: ANN401
    name = response.bucket_name
    settings = response.backend.get_bucket_notification_configuration(name)
    status, headers, body = original(response)
    if settings is not None and settings.event_bridge is not None and _EVENTS not in str(body):
        text = body.decode() if isinstance(body, bytes) else str(body)
        text = _CLOSING.sub(rf"{_EVENTS}</\1>", text)
        body = _EMPTY.sub(rf"<\1\2>{_EVENTS}</\1>", text)
    return status, headers, body
