"""Every minute the producer says what it did and where it stands, as CloudWatch takes it."""

import io
import json

import pytest

from contract import format_instant
from producer.errors import AwsUnavailableError, RedditUnavailableError
from producer.events import Progress
from producer.reddit.purpose import Purpose
from producer.totals import NAMESPACE, PURPOSES, UNITS
from telemetry import Log
from telemetry.metrics import LINE_METRICS_MAX
from tests.support.emf import problems
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld, raiser, steady


def progress(world):
    return [event.values() for event in world.log.of(Progress)]


def test_a_minute_is_told_with_its_counts_and_its_end():
    """Counts are those since the line before; gauges are of the moment."""
    world = ProducerWorld(steady(50, 1.0, begin=START - 50))
    reporter = world.reporter("stocks")
    world.run(61)
    reporter.report_if_due()
    reporter.report_if_due()
    first_at, asked = world.clock.now(), len(world.reddit.requests)
    world.reddit.things["t1_c99"] = comment(99, first_at)
    world.run(61)
    reporter.report_if_due()
    one, two = progress(world)
    assert (one["observations_new"], two["observations_new"]) == (50, 1)
    assert sum(asked_in(one).values()) == asked
    assert sum(asked_in(two).values()) == len(world.reddit.requests) - asked
    assert (one["tracked"], one["checkpoints"], one["gaps_open"]) == (50, 1, 0)
    assert (one["at"], one["subreddit"]) == (format_instant(first_at), "stocks")
    assert one["_aws"]["Timestamp"] == round(first_at * 1000)


def asked_in(line):
    names = {f"requests_{purpose}" for purpose in Purpose}
    return {name: value for name, value in line.items() if name in names}


def test_the_purposes_are_those_of_requests():
    assert tuple(Purpose) == PURPOSES


def test_requests_are_told_by_their_purpose():
    """Each counts once, whatever it is for."""
    world = ProducerWorld(steady(300, 1.0, begin=START - 300))
    reporter = world.reporter()
    world.run(20 * 60)
    reporter.report()
    (line,) = progress(world)
    listings = [at for at, request in world.reddit.requests if request[0] == "listing"]
    looks = [at for at, request in world.reddit.requests if request[0] == "info"]
    assert looks
    assert line["requests_poll"] + line["requests_deep"] == len(listings)
    assert line["requests_settle"] + line["requests_look"] + line["requests_sweep"] == len(looks)
    assert line["requests_repair"] == 0
    assert line["lease_held"] == 1
    assert line["requests_left"] == world.budget.left(world.steady.now())


@pytest.mark.parametrize("seconds", [-600, 600])
def test_a_step_of_the_clock_silences_nothing(seconds):
    """Lines come every minute of the steady time, and say by it how late the producer is."""
    world = ProducerWorld([*steady(50, 1.0, begin=START - 50), post(1)])
    reporter = world.reporter()
    world.run(61)
    world.clock.stepped += seconds
    reporter.report_if_due()
    world.run(61)
    reporter.report_if_due()
    one, two = progress(world)
    assert two["at"] == format_instant(world.clock.now())
    assert (one["at"] < format_instant(START)) == (seconds < 0)
    assert max(one["lag_seconds"], two["lag_seconds"]) < 30


def test_ages_are_those_of_the_last_answer_and_the_last_checkpoint():
    """A producer that Reddit or DynamoDB no longer answers shows it."""
    world = ProducerWorld([comment(1)])
    reporter = world.reporter()

    def run(seconds):
        until = world.clock.time + seconds
        while world.clock.time < until:
            world.run(0.1)
            reporter.report_if_due()

    run(70)
    gauges = reporter.gauges()
    assert gauges.checkpoint_age_seconds == pytest.approx(10, abs=3)
    assert gauges.answered_seconds < 35
    world.reddit.before_answer = raiser(RedditUnavailableError("503"))
    world.state.put = world.state.write = raiser(AwsUnavailableError("away"))
    run(120)
    gauges = reporter.gauges()
    assert gauges.answered_seconds > 110
    assert gauges.checkpoint_age_seconds == pytest.approx(135, abs=10)


def test_the_line_is_what_cloudwatch_takes():
    """By AWS' published rules; all that is declared and known is in it, in our namespace."""
    world = ProducerWorld([comment(1)])
    world.run(5)
    stream = io.StringIO()
    world.reporter().report()
    Log(stream).emit(*world.log.of(Progress))
    assert problems(stream.getvalue()) == []
    (directive,) = json.loads(stream.getvalue())["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE == "WSBStream/Producer"
    assert directive["Dimensions"] == [["subreddit"]]
    later = {"recall_percent", "sweep_oldest_seconds"}
    known = {name: unit for name, unit in UNITS.items() if name not in later}
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == known
    assert len(UNITS) <= LINE_METRICS_MAX


def test_a_unit_is_what_the_name_says():
    """Who reads a graph sees both."""
    ends = {"seconds": "Seconds", "bytes": "Bytes", "percent": "Percent"}
    assert {name: ends.get(name.rpartition("_")[2], "Count") for name in UNITS} == UNITS


def test_what_is_known_only_after_two_days():
    """The recall of births that are over, and how the sweep of what is kept stands."""
    born_at = START + HOUR
    things = [comment(number, born_at, _score=risen_at(number * 30 * HOUR)) for number in (0, 1)]
    world = ProducerWorld([*things, post(1, START)], per_minute=5)
    reporter = world.reporter()
    world.run(25 * HOUR)
    assert reporter.gauges().recall_percent is None
    assert (reporter.gauges().swept, reporter.gauges().sweep_oldest_seconds) == (0, None)
    world.run(14 * HOUR)
    assert reporter.gauges().recall_percent == 50.0
    assert (reporter.gauges().swept, reporter.gauges().tracked) == (3, 3)
    assert 0 < reporter.gauges().sweep_oldest_seconds < 24 * HOUR
    assert reporter.gauges().settle_due == 0


def risen_at(age_seconds):
    return lambda age: 12 if age > age_seconds else 1
