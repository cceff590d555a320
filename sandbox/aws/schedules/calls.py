"""Schedules that the sandbox could not honour are refused when they are made.

moto 5.2.5 takes any expression and any target, and invokes nothing.
"""

import json
from typing import Any

from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend

from sandbox.aws.patching import Patching
from sandbox.aws.schedules.rate import ExpressionError, period_seconds


def refuse_what_cannot_run(patching: Patching) -> None:
    """Check each schedule that is made or changed."""
    patching.wrap(EventBridgeSchedulerBackend, "create_schedule", _check)
    patching.wrap(EventBridgeSchedulerBackend, "update_schedule", _check)


def _check(original: Any, backend: EventBridgeSchedulerBackend, **schedule: Any) -> Any:
    try:
        period_seconds(schedule["schedule_expression"])
    except ExpressionError as error:
        raise ValidationException(str(error)) from error
    target = schedule["target"]
    if ":lambda:" not in target["Arn"]:
        raise ValidationException(
            f"The sandbox's schedules invoke Lambda functions only, not {target['Arn']}."
        )
    try:
        json.loads(target.get("Input") or "")
    except ValueError as error:
        raise ValidationException(f"The target needs an Input that is JSON: {error}") from error
    return original(backend, **schedule)
