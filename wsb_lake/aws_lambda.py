"""The lake job as a Lambda function; a warm process keeps its clients and tables."""

import os
from functools import lru_cache
from typing import Any

from clock import clock_from_environment
from telemetry import Log
from wsb_lake.job.every_chore import CHORES
from wsb_lake.job.lake_job import LakeJob
from wsb_lake.settings import JobSettings, job_settings

RESERVE_SECONDS = 120  # of the function's time-out: no new step begins within it


@lru_cache(maxsize=1)
def _job(settings: JobSettings) -> LakeJob:
    return LakeJob(settings, clock_from_environment(), Log(), CHORES)


def handler(event: dict[str, Any] | None, context: Any = None) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Take in what landed, do what is due: event {} or {"action": "settle"}; returns counts."""
    if (event or {}).get("action", "settle") != "settle":
        raise ValueError(f'the event must be {{}} or {{"action": "settle"}}, it is {event}')
    left_ms = context.get_remaining_time_in_millis if context else lambda: 900_000
    return _job(job_settings(os.environ)).run(lambda: left_ms() / 1000 - RESERVE_SECONDS).values()
