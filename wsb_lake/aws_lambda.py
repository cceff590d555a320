"""The lake job as a Lambda function; a warm process keeps its clients and tables."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from clock import clock_from_environment
from wsb_lake.aws import Aws
from wsb_lake.job import Job
from wsb_lake.logs import log_json
from wsb_lake.settings import settings_from

RESERVE_MS = 60_000  # of the function's time-out: no new batch begins within it
_job = lru_cache(maxsize=1)(lambda settings: Job(Aws(settings), clock_from_environment()))


def handler(event: dict[str, Any] | None, context: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """Settle what landed: event {} or {"action": "settle"}; returns the run's counts."""
    if (event or {}).get("action", "settle") != "settle":
        raise ValueError(f'the event must be {{}} or {{"action": "settle"}}, it is {event}')
    log_json()
    left_ms = context.get_remaining_time_in_millis if context else lambda: RESERVE_MS + 1
    return _job(settings_from(os.environ, for_job=True)).run(lambda: left_ms() > RESERVE_MS)
