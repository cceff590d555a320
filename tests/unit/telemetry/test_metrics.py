"""A metric is declared once; its line is what CloudWatch takes."""

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated

import pytest

from telemetry import Event, Log, Metric, Unit
from telemetry.metrics import Declared, Embedded, declared, figures
from tests.support.emf import problems


@dataclass
class Counts:
    asked: Annotated[Counter[str], Metric("requests by purpose", keys=("poll", "look"))] = field(
        default_factory=Counter
    )
    sent: Annotated[int, Metric("records")] = 0
    note: str = ""


@dataclass
class Gauges:
    lag_seconds: Annotated[float, Metric("lag", Unit.SECONDS)] = 0.0
    recall: Annotated[float | None, Metric("found", Unit.PERCENT)] = None


class Told(Event):
    at: str
    metrics: Embedded


UNITS = {each.name: each.unit for group in (Counts, Gauges) for each in declared(group)}


def line_of(shown, units=UNITS):
    stream = io.StringIO()
    Log(stream).emit(Told("now", Embedded("App/Part", {"place": "here"}, 12.0005, shown, units)))
    return stream.getvalue()


def test_a_metric_is_declared_with_its_unit_and_meaning():
    """A counter has one for each of its keys; a field that says nothing is none."""
    assert declared(Counts) == [
        Declared("asked_poll", Unit.COUNT, "requests by purpose"),
        Declared("asked_look", Unit.COUNT, "requests by purpose"),
        Declared("sent", Unit.COUNT, "records"),
    ]
    assert declared(Gauges)[0] == Declared("lag_seconds", Unit.SECONDS, "lag")


def test_what_is_not_known_has_no_figure():
    """CloudWatch takes numbers only; a key that nothing was counted for is 0."""
    assert figures(Counts(Counter(poll=2, other=9))) == {
        "asked_poll": 2,
        "asked_look": 0,
        "sent": 0,
    }
    assert figures(Gauges(float("inf"))) == {}
    assert figures(Gauges(1.5, 99.0)) == {"lag_seconds": 1.5, "recall": 99.0}


def test_a_line_is_what_cloudwatch_takes():
    """By the rules that AWS publishes, and still an event like the others."""
    text = line_of({"sent": 3, "lag_seconds": 1.5})
    assert problems(text) == []
    line = json.loads(text)
    assert (line["event"], line["at"], line["place"]) == ("told", "now", "here")
    assert line["_aws"] == {
        "Timestamp": 12000,
        "CloudWatchMetrics": [
            {
                "Namespace": "App/Part",
                "Dimensions": [["place"]],
                "Metrics": [
                    {"Name": "sent", "Unit": "Count"},
                    {"Name": "lag_seconds", "Unit": "Seconds"},
                ],
            }
        ],
    }
    assert (line["sent"], line["lag_seconds"]) == (3, 1.5)


def test_a_figure_that_is_not_declared_is_refused():
    """Nobody would know what it means."""
    with pytest.raises(KeyError):
        line_of({"secret": 1})


def test_the_rules_find_what_cloudwatch_refuses():
    """A line that they pass is worth something."""
    assert problems('{"event": "x"}') == ["metadata has []"]
    good = json.loads(line_of({"sent": 3}))
    assert problems(json.dumps(good | {"sent": "3"})) == ["sent has no figure: 3"]
    assert problems(json.dumps(good | {"place": ""})) == ["dimension place is no text"]
    assert problems(line_of({}, {})) == ["0 metrics"]
    with pytest.raises(ValueError, match="NaN"):
        problems(line_of({"sent": float("nan")}))
