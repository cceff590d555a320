"""The whole producer on a virtual clock: nothing that Reddit showed is lost, whatever fails."""

import itertools
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import format_instant, parse_instant, problem_of_line
from producer.errors import (
    ForbiddenError,
    GarbledError,
    RateLimitedError,
    RedditUnavailableError,
    UnreachableError,
)
from producer.events import DeadLetterMade
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld, steady, steady_posts


def test_everything_listed_at_the_first_start_is_read():
    world = ProducerWorld([*steady(900, 1.0, begin=START - 900), post(1, START - 50)])
    world.deliver(60)
    assert len(world.delivered()) == 901
    assert set() == world.missing()


def test_a_burst_of_several_pages_between_two_polls_is_read():
    world = ProducerWorld(steady(10, 30.0, begin=START - 300))
    world.run(10)
    now = world.clock.now()
    for number in range(1000, 1700):
        world.reddit.things[f"t1_c{number}"] = comment(number, now + (number - 1000) * 0.01)
    world.deliver(90)
    assert len(world.delivered()) == 710


@pytest.mark.parametrize("late", [5.0, 19.0])
def test_things_that_appear_late_below_the_known_ones_are_read(late):
    things = steady(600, 0.5)
    for thing in things[::7]:
        thing["_late"] = late
    world = ProducerWorld(things)
    world.deliver(500)
    assert len(world.delivered()) == 600


@pytest.mark.parametrize("restart", [False, True])
def test_what_was_approved_later_is_read_deep_in_the_listing(restart):
    """Removed before the first poll, back after 20 minutes below 600 newer comments."""
    things = steady(1600, 2.0)
    approved = things[::400]
    for thing in approved:
        thing["_late"] = 1200.0
    world = ProducerWorld(things, depth=1000)
    world.run(1500)
    if restart:
        world.start()
    world.deliver(2200)
    assert {thing["name"] for thing in approved} <= world.delivered()
    assert world.producer.gaps_open() == 0


def test_full_scans_take_no_more_than_their_share_of_a_small_quota():
    """Polls go on between the pages of a scan, and what is old is not told again."""
    world = ProducerWorld([*steady(900, 1.0, begin=START - 900), *steady_posts(990)], per_minute=10)
    world.deliver(1.5 * HOUR)
    later = [request for request in world.reddit.requests if request[0] > START + 600]
    pages = [(at, name, after) for at, (kind, name, after) in later if kind == "listing"]
    deep = [name for _, name, after in pages if after is not None]
    per_minute = len(deep) / 80
    assert 0 < per_minute <= 0.2 * 10
    heads = [at for at, name, after in pages if name == "comments" and after is None]
    assert max(two - one for one, two in itertools.pairwise(heads)) < 60
    assert {len(world.of(f"t3_p{number}")) for number in range(0, 990, 99)} == {1}


def test_an_outage_longer_than_the_listing_is_flagged_as_a_gap():
    world = ProducerWorld(steady(3000, 1.0), depth=1000)
    world.deliver(300)
    world.clock.time += 1800
    world.start()
    world.deliver(60)
    (gap,) = [record for record in world.records() if record["kind"] == "gap"]
    assert gap["listing"] == "comments"
    read = {record["id"] for record in world.records()}
    lost = [each for name, each in world.reddit.things.items() if name not in read]
    lost = [each["created_utc"] for each in lost if each["created_utc"] < world.clock.now() - 5]
    assert lost
    assert world.producer.gaps_open() == 1
    bounds = [gap["from_at"], gap["to_at"]]
    assert bounds == sorted(bounds)


def test_an_outage_between_two_pages_of_a_poll_is_flagged_as_a_gap():
    """The anchor has fallen off the listing meanwhile, and its page is empty."""
    world = ProducerWorld(steady(9000, 0.2), depth=1000)
    world.run(400)
    before = []

    def wait_once(request):
        kind, name, after = request
        if (kind, name) == ("listing", "comments") and after is not None and not before:
            before.append(world.clock.now())
            world.clock.time += 600

    world.reddit.before_answer = wait_once
    world.deliver(900)
    (gap,) = [record for record in world.records() if record.get("status") == "open"]
    begin, end = format_instant(before[0] - 90), format_instant(before[0] + 600)
    assert begin < gap["from_at"] < gap["to_at"] < end
    read = {record["id"] for record in world.records()}
    ended = world.clock.now() - 60
    for thing in world.reddit.things.values():
        at = thing["created_utc"]
        in_hole = gap["from_at"] < format_instant(at) < gap["to_at"]
        assert in_hole or at > ended or thing["name"] in read


@pytest.mark.parametrize("restart", [False, True])
def test_what_an_outage_hid_from_the_listing_comes_back_through_its_thread(restart):
    """Behind `more`, too; also when a kill interrupts the repair."""
    things = [post(1, START - 50, num_comments=9000), *steady(9000, 0.2)]
    world = ProducerWorld(things)
    world.deliver(300)
    world.clock.time += 900
    world.start()
    world.deliver(65)
    if restart:
        while world.producer.gaps_open() and not world.totals.observations["repair"]:
            world.run(1)
        world.run(5)
        world.start()
    world.deliver(240)
    gaps = [record for record in world.records() if record["kind"] == "gap"]
    assert {gap["id"] for gap in gaps} == {gaps[0]["id"]}
    assert [gap["status"] for gap in gaps] == ["open", "repaired"]
    assert gaps[0]["created_at"] == gaps[1]["created_at"]
    assert gaps[0]["observed_at"] < gaps[1]["observed_at"]
    found = {record["id"] for record in world.records() if record.get("cause") == "repair"}
    span = (parse_instant(gaps[1]["from_at"]), parse_instant(gaps[1]["to_at"]))
    assert all(span[0] <= world.reddit.things[each]["created_utc"] <= span[1] for each in found)
    assert 2900 < gaps[1]["recovered"] <= len(found) <= 4500
    until = world.clock.now() - 40
    born = {each["name"] for each in world.reddit.things.values() if each["created_utc"] < until}
    assert born <= world.delivered()
    assert world.producer.gaps_open() == 0


def test_an_outage_that_the_listing_still_holds_leaves_no_gap():
    world = ProducerWorld(steady(3000, 1.0))
    world.deliver(300)
    world.clock.time += 600
    world.start()
    world.deliver(90)
    created = {f"t1_c{number}" for number in range(955)}  # the last poll was up to 30 s ago
    assert created <= world.delivered()
    assert world.producer.gaps_open() == 0


def test_fixed_age_looks_are_sent_at_their_ages_with_the_score_of_then():
    world = ProducerWorld([comment(1, START, _score=lambda age: 1 + int(age // HOUR))])
    world.deliver(37 * HOUR)
    rereads = [record for record in world.of("t1_c1") if record["cause"] == "reread"]
    looks = [(parse_instant(record["observed_at"]) - START, record["score"]) for record in rereads]
    for minutes in (15, 45, 90, 180, 360, 720, 1440, 2160):
        age = minutes * 60
        assert any(age <= at < age + 120 and score == 1 + at // HOUR for at, score in looks)


def test_whoever_was_shown_at_ten_is_kept():
    def score(peak_at):
        return lambda age: round(1 + 11 * math.exp(-(((age - peak_at) / 900) ** 2)))

    things = [comment(n, START + n, _score=score(1800 + 600 * n)) for n in range(60)]
    world = ProducerWorld(things)
    world.deliver(10 * HOUR)
    expected = {name for name, score in world.reddit.shown.items() if score >= 10}
    assert expected
    assert expected == world.kept()


def test_a_deleted_comment_makes_one_tombstone_and_is_asked_for_no_more():
    world = ProducerWorld([comment(1)])
    world.run(120)
    world.reddit.things["t1_c1"].update(author="[deleted]", body="[deleted]", _hidden=True)
    world.deliver(HOUR)
    assert world.of("t1_c1")[-1]["state"] == "deleted"
    asked = [request for _, request in world.reddit.requests if request[0] == "info"]
    world.run(3 * HOUR)
    again = [request for _, request in world.reddit.requests if request[0] == "info"]
    assert len(asked) == len(again)


def test_a_comment_no_longer_answered_becomes_absent_after_an_hour():
    world = ProducerWorld([comment(1), comment(2, START + 1)])
    world.run(120)
    world.reddit.things["t1_c1"].update(_absent=True, _hidden=True)
    world.run(50 * 60)
    assert "absent" not in {record["state"] for record in world.of("t1_c1")}
    world.deliver(HOUR)
    assert world.of("t1_c1")[-1]["state"] == "absent"
    assert all(problem_of_line(entry.data) is None for entry in world.stream.entries)


def test_spare_quota_is_spent_within_the_limit():
    world = ProducerWorld(steady(3600, 1.0), per_minute=30)
    world.run(HOUR)
    at = [moment for moment, _ in world.reddit.requests]
    busiest = max(sum(1 for each in at if first <= each < first + 60) for first in at)
    assert 26 <= busiest <= 30
    last_quarter = [moment for moment in at if moment >= START + 45 * 60]
    assert len(last_quarter) >= 15 * 28 * 0.95


def test_a_checkpoint_comes_only_after_acknowledgement():
    world = ProducerWorld([*steady(50, 1.0, begin=START - 50), post(1, START - 10)])
    done = []
    world.stream.after_put = lambda entries: done.append(("put", len(entries)))
    cursors = [("saved", "cursor#comments"), ("saved", "cursor#new")]
    world.state.before_call = lambda _operation, key: done.append(("saved", key.name))
    world.deliver(2)
    cohorts = {name for _, name in done[1:-2]}
    assert (done[0], done[-2:]) == (("put", 51), cursors)
    assert cohorts == {name for name in world.state.names() if name.startswith("cohort#")}
    assert cohorts
    world = ProducerWorld(steady(50, 1.0, begin=START - 50))
    world.stream.down = True
    world.run(HOUR)
    assert world.state.names() == set()
    world.stream.down = False
    world.start()
    world.deliver(60)
    assert set() == world.missing()


def test_a_malformed_item_is_one_dead_letter_then_silence():
    """The judge says what it lacks; nothing of what its author wrote goes with it."""
    world = ProducerWorld([post(1), comment(1), {**comment(2, START - 5), "link_id": None}])
    world.deliver(600)
    (letter,) = [entry for entry in world.stream.entries if entry.key == "t1_c2"]
    assert problem_of_line(letter.data) == "missing:post_id"
    told = json.loads(letter.data)
    assert (told["id"], told["parent_id"]) == ("t1_c2", "t3_p1")
    assert told["created_at"] == format_instant(START - 5)
    assert (told["malformed"]["field"], told["malformed"]["value"]) == ("link_id", "null")
    assert b"diamond hands" not in letter.data
    assert b"somebody" not in letter.data
    assert [DeadLetterMade("t1_c2", "malformed:link_id")] == world.log.events
    assert (world.totals.items_malformed > 5, world.totals.dead_letters) == (True, 1)


ERRORS = [RedditUnavailableError("503"), GarbledError("html"), UnreachableError("cut")]
ERRORS += [RateLimitedError(10.0), ForbiddenError("403")]
FAULTS = st.sampled_from([None, None, None, *ERRORS])


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.floats(0, 900), st.floats(0, 19), st.integers(0, 20)),
        max_size=300,
        unique_by=lambda each: each[0],
    ),
    st.lists(FAULTS, max_size=80),
    st.lists(st.floats(10, 200), max_size=6),
)
def test_nothing_served_is_lost_through_faults_and_kills(births, faults, kills):
    """Kill it anywhere, fail anything: every id served is in the stream, every record valid."""

    def risen(top):
        return lambda age: 1 + int(top * age / 900)

    things = [
        comment(number, START + born, _late=late, _score=risen(top))
        for number, (born, late, top) in enumerate(births)
    ]
    world = ProducerWorld([post(1, START - 100), *things])
    world.run(1)
    plan = iter(faults)

    def fail(_request):
        error = next(plan, None)
        # before its first answer a producer gives up on these, which is another test
        if error is not None and world.producer._recovery._everywhere.answered:
            raise error

    world.reddit.before_answer = fail
    for seconds in kills:
        world.run(seconds)
        world.start()  # what was in memory is gone
    world.deliver(1300)
    assert {"t3_p1", *(thing["name"] for thing in things)} == world.delivered()
    assert all(problem_of_line(entry.data) is None for entry in world.stream.entries)
    identities = [(record["id"], record["observed_at"]) for record in world.records()]
    assert len(identities) == len(set(identities))


def test_a_stop_ends_a_wait():
    world = ProducerWorld([comment(1)])
    world.run(60)
    world.stop.set()
    before = world.clock.now()
    world.producer.run_once(world.stop)
    assert world.clock.now() - before < 1
