"""Log: JSON lines, one event each."""

import logging
import sys
from typing import Any, TextIO

import structlog

from telemetry.event import Event


class Log:
    """Writes events of at least `least` importance to `stream` (standard output by default).

    Lines are stamped `logged_at` by the wall clock; a field named `at` is the component's clock.
    """

    def __init__(self, stream: TextIO | None = None, *, least: int = logging.INFO) -> None:
        self._logger: Any = structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stdout),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="logged_at"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(least),
        )

    def emit(self, event: Event) -> None:
        """Write one line."""
        getattr(self._logger, event.level)(event.name(), **event.values())
