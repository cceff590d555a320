"""kill -9 at random points of a replayed day: nothing is lost but what died in dying hands.

The producer is the real one, over real sockets; the sandbox's AWS takes what it sends, a filter
of one line stands for Flink, and the audit compares all of it with what Reddit answered. A third of
the kills come at any moment. A third come just when an answer has first shown a comment at the
minimum score: there a producer that saves it too late forgets that it ever qualified. A third come
when Kinesis has taken nothing for five minutes, and take the disk along: there a producer that
saves its state before Kinesis has acknowledged what it covers never reads that again.
"""

import time
from random import Random

import pytest

from sandbox.audit import Finding
from sandbox.reddit.generator.day import Plan, generate_records
from sandbox.reddit.realism import Realism
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World
from tests.support.course import MINUTE, Course

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

SEED = 11
PER_MINUTE = 4
LIMIT = 12  # requests a minute: at this speed more would only wait for each other
SPEED = 240
LAST_MINUTES = 40  # without a kill: what is still to be looked at again
LEAST_LIFE_MINUTES = 6
AWAY_MINUTES = 15  # until the next one has taken over and read both listings to their end
UNSENT_MINUTES = 5
IN_HANDS_MINUTES = 12
RESTLESS = 4  # one comment of so many crosses the minimum, and falls below it soon


def restless_day(hours):
    """Return a generated day, in which more comments cross the minimum than stay there."""
    random = Random(SEED)  # noqa: S311 - the same day every time
    records = list(generate_records(Plan(SEED, hours, PER_MINUTE)))
    for record in records:
        if record["kind"] == "t1" and random.randrange(RESTLESS) == 0:
            crosses_at = record["data"]["created_utc"] + random.uniform(5, 50) * MINUTE
            falls_at = crosses_at + random.uniform(3, 15) * MINUTE
            looks = [[crosses_at, 12, 0], [falls_at, random.randint(2, 8), 0]]
            record["observations"] = looks
    return records


@pytest.mark.parametrize(
    ("hours", "kills"),
    [(1.5, 6), pytest.param(24, 60, marks=pytest.mark.slow)],
    ids=["an hour and a half", "a day"],
)
def test_kill_9_at_random_points_loses_nothing(tmp_path, hours, kills):
    """Each thing is read, each observation delivered, each comment that was seen at 10 kept."""
    random = Random(SEED)  # noqa: S311 - the same kills every time
    day = restless_day(hours)
    course = Course(tmp_path, day, speed=SPEED, limit=LIMIT)
    try:
        killed = play(course, random, hours, kills)
        assert len(course.deaths) == kills
        found = course.audit()
        events = course.events()
    finally:
        course.close()
    findings = dict(found.findings)
    away = [(at - IN_HANDS_MINUTES * MINUTE, at + AWAY_MINUTES * MINUTE) for at in killed]
    gone = gone_within(away, day)
    assert {*findings.pop(Finding.UNASKED, ())} <= gone
    assert {*found.died} <= gone
    assert findings == {}, found.problems
    assert found.served > hours * 60 * PER_MINUTE * 0.9
    assert (found.kept > 0, found.flagged) == (True, 0)
    starts = [event for event in events if event["event"] == "started"]
    assert len(starts) > kills * 0.8  # some are killed while they wait for the dead one's lease
    assert all(event["tracked"] > 0 for event in starts[1:])
    assert "Traceback" not in course.log.read_text()


def play(course, random, hours, kills):
    """Play the day with its kills; returns the clock's moments of these."""
    killed = []
    end_at = course.start_at + hours * 60 * MINUTE
    course.start()
    for number in range(kills):
        left = (end_at - course.clock.now()) / MINUTE
        mean = max(LEAST_LIFE_MINUTES + 1.0, left / (kills - number))
        course.play(random.uniform(LEAST_LIFE_MINUTES, 2 * mean - LEAST_LIFE_MINUTES))
        unsent_since = None
        if number % 3 == 1:
            found = course.status()["found"]
            course.play(mean, until=lambda found=found: course.status()["found"] > found)
        elif number % 3 == 2:
            unsent_since = time.monotonic()
            course.aws.control("POST", "faults", {"kinesis_throttled_ratio": 1.0})
            course.play(UNSENT_MINUTES)
        killed.append(course.clock.now())
        course.kill(unsent_since=unsent_since)
        course.no_fault()
        course.start()
    course.play(max(0.0, (end_at - course.clock.now()) / MINUTE))
    course.close_publishing()
    course.play(LAST_MINUTES)
    course.stop()
    return killed


def gone_within(spans, records):
    """Return what appeared and was deleted or removed for good while no producer could read it."""
    day = World(list(map(RecordedThing, records)), Realism())
    return {
        name
        for name, thing in day.things.items()
        for since, until in spans
        if day.appears_at[name] >= since and thing.live_spans()[-1][1] <= until
    }
