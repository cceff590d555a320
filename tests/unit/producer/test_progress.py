"""Every minute the producer says what it did and where it stands, as CloudWatch takes it."""

import io
import json

from contract import format_instant
from producer.events import Progress
from producer.progress import UNITS, Reporter
from producer.totals import NAMESPACE
from telemetry import Log
from telemetry.metrics import LINE_METRICS_MAX
from tests.support.emf import problems
from tests.support.producer_fakes import START, comment
from tests.support.producer_world import ProducerWorld, steady


def reporter_of(world):
    return Reporter(world.producer, world.budget, world.totals, "stocks", START)


def progress(world):
    return [event.values() for event in world.log.of(Progress)]


def test_a_minute_is_told_with_its_counts_and_its_end():
    """Counts are those since the line before; gauges are of the moment."""
    world = ProducerWorld(steady(50, 1.0, begin=START - 50))
    reporter = reporter_of(world)
    world.run(61)
    reporter.report_if_due(world.clock.now(), world.log)
    reporter.report_if_due(world.clock.now(), world.log)
    first_at, asked = world.clock.now(), len(world.reddit.requests)
    world.reddit.things["t1_c99"] = comment(99, first_at)
    world.run(60)
    reporter.report_if_due(world.clock.now(), world.log)
    one, two = progress(world)
    assert (one["observations_new"], two["observations_new"]) == (50, 1)
    assert (one["requests"], two["requests"]) == (asked, len(world.reddit.requests))
    assert (one["tracked"], one["checkpoints"], one["gaps_open"]) == (50, 1, 0)
    assert (one["at"], one["subreddit"]) == (format_instant(first_at), "stocks")
    assert one["_aws"]["Timestamp"] == round(first_at * 1000)


def test_the_line_is_what_cloudwatch_takes():
    """By AWS' published rules; all that is declared is in it, in our namespace."""
    world = ProducerWorld([comment(1)])
    world.run(5)
    stream = io.StringIO()
    reporter_of(world).report(world.clock.now(), Log(stream))
    assert problems(stream.getvalue()) == []
    (directive,) = json.loads(stream.getvalue())["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE == "WSBStream/Producer"
    assert directive["Dimensions"] == [["subreddit"]]
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == UNITS
    assert len(UNITS) <= LINE_METRICS_MAX


def test_a_unit_is_what_the_name_says():
    """Who reads a graph sees both."""
    ends = {"seconds": "Seconds", "bytes": "Bytes", "percent": "Percent"}
    assert {name: ends.get(name.rpartition("_")[2], "Count") for name in UNITS} == UNITS
