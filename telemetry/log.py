"""Log: JSON lines, one event each."""

import logging
import sys
from collections import deque
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

import structlog

from telemetry.event import Event

WARNINGS_KEPT = 5


class Logged(NamedTuple):
    """An event, and the second at which it was logged."""

    logged_at: str
    event: Event


class Log:
    """Writes events of at least `least` importance to `stream` (standard output by default).

    Lines are stamped `logged_at` by the wall clock; a field named `at` is the component's clock.
    `warnings` are the last events that were more than information, whatever `least` is.
    """

    def __init__(self, stream: TextIO | None = None, *, least: int = logging.INFO) -> None:
        self.warnings: deque[Logged] = deque(maxlen=WARNINGS_KEPT)
        self._logger: Any = structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stdout),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="logged_at"),
                # in ASCII: half a surrogate pair cannot be written in any other way
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(least),
        )

    def emit(self, event: Event) -> None:
        """Write one line."""
        if event.level != "info":
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.warnings.append(Logged(now.replace("+00:00", "Z"), event))
        getattr(self._logger, event.level)(event.name(), **event.values())
