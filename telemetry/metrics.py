"""Metrics: figures declared once, as typed fields, and how a log line gives them to CloudWatch.

A field declares its metric beside its type: `lag_seconds: Annotated[float, Metric("…", Unit.…)]`.
A line in the embedded metric format is a log line like any other; CloudWatch Logs makes metrics of
what its member `_aws` names.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

LINE_METRICS_MAX = 100  # of one line; CloudWatch takes none of a longer one


class Unit(StrEnum):
    """CloudWatch's units, as far as they are used."""

    COUNT = "Count"
    SECONDS = "Seconds"
    BYTES = "Bytes"
    PERCENT = "Percent"


@dataclass(frozen=True, slots=True)
class Metric:
    """What a field's figure means; `keys` are those of a Counter, each a metric of its own."""

    meaning: str
    unit: Unit = Unit.COUNT
    keys: tuple[str, ...] = ()


class Declared(NamedTuple):
    """One metric as CloudWatch and an operator know it."""

    name: str
    unit: Unit
    meaning: str


def declared(group: type) -> list[Declared]:
    """Return a dataclass's metrics; a field without a Metric is none."""
    return [
        Declared(f"{name}_{key}" if key else name, metric.unit, metric.meaning)
        for name, metric in _metrics(group).items()
        for key in metric.keys or ("",)
    ]


def figures(group: Any) -> dict[str, float]:  # noqa: ANN401  any dataclass
    """Return a dataclass instance's figures by the metric's name.

    What is not known (None) or not finite has no figure; a Counter has one for each declared key.
    """
    found: dict[str, float] = {}
    for name, metric in _metrics(type(group)).items():
        value = getattr(group, name)
        if metric.keys:
            found |= {f"{name}_{key}": value[key] for key in metric.keys}
        elif value is not None and math.isfinite(value):
            found[name] = value
    return found


@dataclass(frozen=True, slots=True)
class Embedded:
    """Figures for CloudWatch at a moment (Unix seconds), under names that are `units`' keys.

    Each value of `dimensions` makes metrics of its own; a figure without a unit is refused.
    """

    namespace: str
    dimensions: Mapping[str, str]
    at: float
    figures: Mapping[str, float]
    units: Mapping[str, Unit]

    def members(self) -> dict[str, Any]:
        """Return the members of the line; raises KeyError for a figure that is not declared."""
        directive = {
            "Namespace": self.namespace,
            "Dimensions": [list(self.dimensions)],
            "Metrics": [{"Name": name, "Unit": self.units[name].value} for name in self.figures],
        }
        metadata = {"Timestamp": round(self.at * 1000), "CloudWatchMetrics": [directive]}
        return {"_aws": metadata, **self.dimensions, **self.figures}


def _metrics(group: type) -> dict[str, Metric]:
    hints = get_type_hints(group, include_extras=True)
    metrics: dict[str, Metric] = {}
    for each in fields(group):
        annotation = hints[each.name]
        said = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
        for one in said:
            if isinstance(one, Metric):
                metrics[each.name] = one
    return metrics
