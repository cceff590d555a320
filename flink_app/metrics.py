"""Metrics: what the application counts; Managed Flink sends them to CloudWatch.

It sends what is registered under the group `kinesisanalytics`, into the namespace
`AWS/KinesisAnalytics`; a pair of groups becomes a dimension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract import SCHEMA
from contract.validation import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyflink.metrics import MetricGroup

SERVICE_GROUP = "kinesisanalytics"
DIMENSION = ("Program", "qualifier")

IN = "records_in"
METRICS: Mapping[str, str] = {
    IN: "records read from the stream and judged",
    **{
        f"observations_{kind}": f"of them valid, of kind {kind}, whatever the score"
        for kind in SCHEMA.kinds
    },
    **{
        f"dead_letters_{reason}": f"of them refused: {meaning}"
        for reason, meaning in REASONS.items()
    },
}


class Counters:
    """The counters of one parallel judge; they begin at 0 with it."""

    def __init__(self, group: MetricGroup) -> None:
        own = group.add_group(SERVICE_GROUP).add_group(*DIMENSION)
        self._counters = {name: own.counter(name) for name in METRICS}

    def count(self, kind: str | None, reason: str | None) -> None:
        """Count a record: a valid one by its kind, another by its reason without the field."""
        self._counters[IN].inc()
        if reason is None:
            self._counters[f"observations_{kind}"].inc()
        else:
            self._counters[f"dead_letters_{reason.partition(':')[0]}"].inc()
