"""Composite alarms.

moto 5.2.5 has no PutCompositeAlarm, though it lists such alarms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import EmptyResult

if TYPE_CHECKING:
    from sandbox.aws.patching import Patching

_OF_METRIC_ALARMS: tuple[str, ...] = (
    "namespace",
    "metric_name",
    "metric_data_queries",
    "comparison_operator",
    "evaluation_periods",
    "datapoints_to_alarm",
    "period",
    "threshold",
    "statistic",
    "extended_statistic",
    "unit",
    "treat_missing_data",
    "evaluate_low_sample_count_percentile",
    "threshold_metric_id",
)


def add_composite_alarms(patching: Patching) -> None:
    """Add PutCompositeAlarm; the rule is kept, not evaluated."""
    patching.put(CloudWatchResponse, "put_composite_alarm", _put)


def _put(response: CloudWatchResponse) -> EmptyResult:
    get = response._get_param  # noqa: SLF001 - moto's handlers have no other way
    nothing: dict[str, Any] = dict.fromkeys(_OF_METRIC_ALARMS)
    response.cloudwatch_backend.put_metric_alarm(
        **nothing,
        name=get("AlarmName"),
        description=get("AlarmDescription"),
        dimensions=[],
        alarm_actions=get("AlarmActions", []),
        ok_actions=get("OKActions", []),
        insufficient_data_actions=get("InsufficientDataActions", []),
        actions_enabled=get("ActionsEnabled"),
        rule=get("AlarmRule"),
        tags=get("Tags", []),
    )
    return EmptyResult()
