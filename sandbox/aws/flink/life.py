"""Life: what moto does not remember of a Flink application."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.kinesisanalyticsv2.models import Application

Body = dict[str, Any]


def _now() -> float:
    return round(time.time(), 3)


@dataclass
class Life:
    """Times, what it was last started with, and its operations, oldest first."""

    created_at: float = field(default_factory=_now)
    updated_at: float = field(default_factory=_now)
    run_configuration: Body | None = None
    operations: list[Body] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def touch(self) -> None:
        """Note that the application was changed."""
        self.updated_at = _now()

    def begin(self, kind: str) -> Body:
        """Note an operation that has begun."""
        now = _now()
        operation = {
            "OperationId": uuid.uuid4().hex,
            "Operation": kind,
            "StartTime": now,
            "EndTime": now,
            "OperationStatus": "IN_PROGRESS",
        }
        self.operations.append(operation)
        return operation


def end(operation: Body, error: str | None = None) -> None:
    """Note how an operation has ended."""
    operation["EndTime"] = _now()
    if error is not None:
        operation["OperationFailureDetails"] = {"ErrorInfo": {"ErrorString": error}}
    operation["OperationStatus"] = "SUCCESSFUL" if error is None else "FAILED"


def life_of(application: Application) -> Life:
    """Return what we keep beside a moto application."""
    life: Life = application.__dict__.setdefault("life", Life())
    return life
