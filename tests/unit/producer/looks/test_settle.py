"""What is never given up: the looks at 24 and 36 hours, absences, and that everything ends."""

import pytest

from tests.support.looks_world import AGES, HOUR, MINUTE, World, looks_of
from tests.support.producer_fakes import START, comment, post

GUARANTEED = (24 * HOUR, 36 * HOUR)
REMOVED = {"author": "[deleted]", "body": "[removed]"}
SHORT_AGES = tuple(MINUTE * minutes for minutes in (5, 10, 15, 20))


def seen_behind(world, name, age, within):
    born_at = world.things[name]["created_utc"]
    return any(age <= at - born_at <= age + within for at in world.times(name))


def test_everything_is_seen_at_24_and_at_36_hours():
    world = World(looks_of(), per_minute=1)
    for first in range(0, 900, 90):
        world.comments(80, first=first)
        world.born(*(post(first + n, world.now) for n in range(4)))
        world.run(7 * MINUTE)
    world.run(38 * HOUR)
    for age in GUARANTEED:
        late = [name for name in world.things if not seen_behind(world, name, age, 15 * MINUTE)]
        assert late == []


def test_a_straggler_has_its_looks_too():
    """A post approved ten hours late is behind everything that is followed in order of birth."""
    world = World(looks_of(), per_minute=1)
    world.comments(150)
    world.run(10 * HOUR)
    world.comments(150, first=500)
    world.born(post(1, START - 60), comment(999, START - HOUR))
    world.run(28 * HOUR)
    for age in GUARANTEED:
        for name in ("t3_p1", "t1_c999"):
            assert seen_behind(world, name, age, 15 * MINUTE)


def test_a_thing_found_behind_the_last_age_is_not_looked_at_for_it():
    world = World(looks_of(), per_minute=1)
    world.comments(1, created_at=START - 40 * HOUR)
    world.run(3 * HOUR)
    assert world.asked == []
    assert len(world.looks) == 0


def test_under_backlog_the_guaranteed_looks_are_made_all_the_same():
    """Forty a minute with three requests a minute: value looks starve, these do not."""
    ages = tuple(age / 24 for age in AGES)  # an hour and an hour and a half
    world = World(looks_of(ages=ages), per_minute=3)
    world.run(2.2 * HOUR, every=lambda each: each.comments(40, first=len(each.things)))
    late = [
        name
        for name, raw in world.things.items()
        if raw["created_utc"] < START + 0.6 * HOUR
        and not seen_behind(world, name, ages[-1], 12 * MINUTE)
    ]
    assert late == []


@pytest.mark.parametrize("away_hours", [3, 9])
def test_after_hours_without_an_answer_every_missed_look_is_made(away_hours):
    world = World(looks_of(), per_minute=2)
    for first in range(0, 200, 100):
        world.comments(100, first=first)
        world.run(HOUR)
    world.run(17 * HOUR)  # the first are 23 hours old
    world.away = True
    world.run(away_hours * HOUR)
    world.away = False
    world.run((14 + away_hours) * HOUR)
    within = (away_hours + 1) * HOUR
    for age in GUARANTEED:
        assert [name for name in world.things if not seen_behind(world, name, age, within)] == []


def test_the_guaranteed_looks_do_not_wait_for_value_looks():
    world = World(looks_of(), per_minute=1)
    world.comments(100)
    world.now += 24 * HOUR
    world.comments(5000, first=100, score=9)
    world.now += 3 * MINUTE
    world.run(2 * MINUTE)
    purpose, _, ids = world.asked[0]
    assert purpose == "settle"
    assert set(ids) == {f"t1_c{n}" for n in range(100)}


def test_a_settling_request_is_filled_up_with_the_next_best():
    world = World(looks_of(), per_minute=1)
    world.comments(30)
    world.now += 24 * HOUR
    world.comments(300, first=100, score=5)
    world.now += 3 * MINUTE
    world.ask_one()
    purpose, _, ids = world.asked[0]
    assert (purpose, len(ids)) == ("settle", 100)
    assert {f"t1_c{n}" for n in range(30)} < set(ids)


def test_a_settling_request_that_failed_is_made_again():
    world = World(looks_of(), per_minute=1)
    world.comments(150)
    world.now += 24 * HOUR + 3 * MINUTE
    world.away = True
    assert world.ask_one()
    world.away = False
    world.run(5 * MINUTE)
    assert {name for _, _, ids in world.asked[1:] for name in ids} == set(world.things)


def test_an_absence_is_asked_for_again_an_hour_later_and_told_once():
    world = World(looks_of(), per_minute=1)
    world.comments(250)
    world.things["t1_c7"]["_absent"] = lambda now: now > START + HOUR
    world.run(12 * HOUR)
    first, second = [at for at in world.times("t1_c7") if at > START + HOUR][:2]
    assert HOUR <= second - first < HOUR + 12 * MINUTE
    told = [at for at, name in world.emitted if name == "t1_c7" and at > START + HOUR]
    assert len(told) == 1
    assert 0 <= told[0] - second < MINUTE
    assert world.looks.table.get("t1_c7").state == "absent"


def test_what_was_missed_only_once_stays_live():
    world = World(looks_of(), per_minute=1)
    world.comments(250)
    world.things["t1_c7"]["_absent"] = lambda now: START + HOUR < now < START + 1.5 * HOUR
    world.run(12 * HOUR)
    row = world.looks.table.get("t1_c7")
    assert (row.state, row.missed_at) == ("live", None)
    assert len([at for at in world.times("t1_c7") if at > START + 3 * HOUR]) >= 3


def test_a_removed_comment_is_looked_at_to_36_hours_and_a_live_look_admits_it_again():
    world = World(looks_of(), per_minute=1)
    world.comments(150)
    world.things["t1_c3"] |= REMOVED
    world.run(34.9 * HOUR)
    assert world.looks.table.get("t1_c3").state == "removed"
    world.things["t1_c3"] |= {"author": "somebody", "body": "diamond hands"}
    world.emitted.clear()
    world.run(0.9 * HOUR)
    assert [name for _, name in world.emitted if name == "t1_c3"] == ["t1_c3"]
    assert world.looks.table.get("t1_c3").state == "live"


def test_a_finished_comment_is_forgotten_and_what_is_kept_is_not():
    world = World(looks_of(), per_minute=1)
    world.comments(100, score=2)
    world.comments(1, first=200, score=11)
    world.born(post(1))
    world.run(39 * HOUR)
    assert set(world.looks.table.slot_of) == {"t1_c200", "t3_p1"}


def test_what_a_listing_still_shows_is_not_forgotten():
    """Forgotten, it would be taken for new: a quiet page reaches back for days."""
    world = World(looks_of(), per_minute=1)
    world.comments(3, score=2)
    world.run(36.5 * HOUR)
    world.tidy_at = float("inf")
    world.now += 2 * HOUR
    world.looks.tidy(world.now, listed={"t1_c1"})
    assert set(world.looks.table.slot_of) == {"t1_c1"}
    world.see([world.things["t1_c1"]])
    world.now += 11 * MINUTE
    world.looks.tidy(world.now)
    assert set(world.looks.table.slot_of) == {"t1_c1"}  # seen a moment ago
    world.now += 2 * HOUR
    world.looks.tidy(world.now)
    assert len(world.looks) == 0


def test_a_missing_answer_at_the_last_age_is_confirmed_before_the_end():
    world = World(looks_of(), per_minute=1)
    world.comments(120, score=11)
    world.things["t1_c5"]["_absent"] = lambda now: now > START + 35.99 * HOUR
    world.run(39 * HOUR)
    assert [at for at, name in world.emitted if name == "t1_c5" and at > START + 36 * HOUR] != []
    assert "t1_c5" not in world.looks.table
    assert "t1_c6" in world.looks.table


def test_without_any_answer_everything_ends_all_the_same():
    world = World(looks_of(), per_minute=0.5)
    world.comments(300)
    world.away = True
    world.run(74 * HOUR)
    assert len(world.looks) == 0


def test_what_was_forgotten_before_its_look_could_be_made_is_not_asked_for():
    """Reddit was away for two days: nobody knows any more who the first rows were."""
    world = World(looks_of(ages=SHORT_AGES), per_minute=2)
    world.comments(30)
    world.away = True
    world.run(2 * HOUR)
    assert len(world.looks) == 0
    world.away = False
    world.forget_asked()
    world.comments(10, first=100)
    world.run(HOUR)
    assert {name for _, _, ids in world.asked for name in ids} == {
        f"t1_c{n}" for n in range(100, 110)
    }
    assert world.looks.requests.in_flight == 0


def test_memory_stays_flat_when_value_looks_never_come():
    """100 comments a minute and 2 requests: the ages of 20 minutes are settled, the rest is not."""
    world = World(looks_of(ages=SHORT_AGES), per_minute=2)
    sizes = []

    def minute(each):
        each.comments(100, first=len(each.things))
        sizes.append(len(each.looks))

    world.run(3 * HOUR, every=minute)
    before, after = max(sizes[100:110]), max(sizes[-10:])
    assert after <= 1.05 * before
    assert after < 100 * 100
    assert len(world.looks.settle) < 100


def test_a_day_without_requests_leaves_no_more_than_twice_the_last_age():
    world = World(looks_of(ages=SHORT_AGES), per_minute=0.2)
    world.run(2 * HOUR, every=lambda each: each.comments(100, first=len(each.things)))
    assert len(world.looks) <= 100 * 56
