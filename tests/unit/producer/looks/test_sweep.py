"""The sweep: what is kept is seen each day, so that deletions are found."""

from itertools import pairwise

import pytest

from producer.looks.sweep import sweep_requests_per_minute
from tests.support.looks_world import DAY, HOUR, MINUTE, World, looks_of
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import ProducerWorld

DELETED = {"author": "[deleted]", "body": "[deleted]"}
REMOVED = {"author": "[deleted]", "body": "[removed]"}
SHORT = (5 * MINUTE, 10 * MINUTE)


def kept_world(count=250, *, posts=0, per_minute=1, retention_days=365):
    """Return a world in which everything is swept by now."""
    world = World(looks_of(ages=SHORT, retention_days=retention_days), per_minute=per_minute)
    world.comments(count, score=12)
    world.born(*(post(n) for n in range(posts)))
    world.run(90 * MINUTE)
    world.forget_asked()
    world.emitted.clear()
    return world


def test_everything_kept_is_seen_every_day():
    world = kept_world(250, posts=30)
    world.run(5 * DAY)
    for name in world.things:
        times = [START + 90 * MINUTE, *world.times(name), world.now]
        assert max(two - one for one, two in pairwise(times)) <= DAY
    assert {purpose for purpose, _, _ in world.asked} == {"sweep"}


def test_requests_are_full_and_no_more_than_needed():
    world = kept_world(300)
    world.run(10 * DAY)
    assert {len(ids) for _, _, ids in world.asked} == {100}
    assert len(world.asked) <= 3 * 11


def test_only_what_changed_is_told():
    world = kept_world(120)
    world.run(2 * DAY)
    assert world.emitted == []
    world.things["t1_c1"] |= {"body": "edited", "edited": world.now}
    world.things["t1_c2"] |= DELETED
    world.things["t1_c3"] |= REMOVED
    world.things["t1_c4"]["score"] = 16
    world.things["t1_c5"]["score"] = 13
    world.run(DAY)
    assert {name for _, name in world.emitted} == {f"t1_c{n}" for n in (1, 2, 3, 4)}
    assert len(world.emitted) == 4


def test_what_is_deleted_leaves_and_what_is_removed_may_come_back():
    world = kept_world(120)
    world.things["t1_c2"] |= DELETED
    world.things["t1_c3"] |= REMOVED
    world.run(2 * DAY)
    assert "t1_c2" not in world.looks.table
    assert len(world.times("t1_c2")) == 1
    world.things["t1_c3"] |= {"author": "somebody", "body": "diamond hands"}
    world.emitted.clear()
    world.run(DAY)
    assert [name for _, name in world.emitted] == ["t1_c3"]
    assert world.looks.table.get("t1_c3").state == "live"


def test_an_absence_is_confirmed_an_hour_later_then_it_leaves():
    world = kept_world(120)
    world.things["t1_c7"]["_absent"] = lambda _now: True
    world.run(2 * DAY)
    first, second = world.times("t1_c7")
    assert HOUR <= second - first <= HOUR + 12 * MINUTE
    assert [name for _, name in world.emitted] == ["t1_c7"]
    assert "t1_c7" not in world.looks.table


def test_it_ends_when_the_lake_has_forgotten():
    world = kept_world(120, retention_days=3)
    world.run(2.5 * DAY)
    assert len(world.looks) == 120
    world.run(2 * DAY)
    assert len(world.looks) == 0
    assert world.looks.sweep.waiting == 0


def minutes_listed(world, names, count):
    """Let minutes pass in which a listing shows these things twice a minute."""
    for _ in range(count):
        for _ in range(2):
            world.see([world.things[name] for name in names])
            world.now += MINUTE / 2
        world.looks.tidy(world.now, listed=set(names))


def test_what_is_listed_longer_than_the_lake_keeps_it_is_not_taken_for_new():
    """A quiet page reaches back for months; whatever leaves the sweep waits until it is gone."""
    world = kept_world(3, posts=1, retention_days=1)
    world.run(0.9 * DAY)
    world.emitted.clear()
    world.now += DAY
    minutes_listed(world, ["t1_c1", "t3_p0"], 90)
    assert world.emitted == []
    assert {"t1_c1", "t3_p0"} <= set(world.looks.table.slot_of)
    world.now += 2 * HOUR
    world.looks.tidy(world.now, listed={"t1_c1"})
    assert set(world.looks.table.slot_of) & {"t1_c1", "t3_p0"} == {"t1_c1"}
    world.looks.tidy(world.now)
    assert set(world.looks.table.slot_of) & {"t1_c1", "t3_p0"} == set()


def test_what_is_deleted_and_listed_leaves_once():
    world = kept_world(3)
    world.things["t1_c1"] |= DELETED
    minutes_listed(world, ["t1_c1"], 5)
    assert [name for _, name in world.emitted] == ["t1_c1"]
    world.now += 2 * HOUR
    world.looks.tidy(world.now)
    assert set(world.looks.table.slot_of) == {"t1_c0", "t1_c2"}
    minutes_listed(world, ["t1_c0", "t1_c2"], 5)
    assert world.looks.sweep.waiting == 2


def test_what_was_absent_and_is_seen_live_before_it_was_forgotten_is_swept_on():
    world = kept_world(3)
    world.looks.miss(["t1_c1"], world.now)
    world.now += 2 * HOUR
    world.looks.miss(["t1_c1"], world.now)
    assert world.looks.table.get("t1_c1").state == "absent"
    world.see([world.things["t1_c1"]])
    world.now += 2 * HOUR
    world.looks.tidy(world.now)
    assert world.looks.table.get("t1_c1").state == "live"
    assert world.looks.sweep.waiting == 3
    world.forget_asked()
    world.run(DAY)
    assert len(world.times("t1_c1")) == 1


def test_a_restart_goes_on_where_it_was():
    """Whose turn is next is known: nobody is unseen for longer, nobody is asked again at once."""
    world = kept_world(400)
    items = {}
    for days in (0, 1.3):
        world.run(days * DAY)
        kept = world.looks.changed()
        items |= {item.name: item.content for item in kept.items}
        for name in kept.deleted:
            items.pop(name, None)
    seen = {name: world.looks.table.get(name).looked_at for name in world.things}
    world.looks = looks_of(ages=SHORT)
    world.looks.load(list(items.items()), world.now)
    assert seen == {name: world.looks.table.get(name).looked_at for name in world.things}
    assert world.looks.sweep.waiting == 400
    world.forget_asked()
    at = world.now
    world.run(DAY)
    for name, looked_at in seen.items():
        assert world.times(name)[0] - looked_at <= DAY
        assert world.times(name)[0] > at
    first = {name for _, _, ids in world.asked[:1] for name in ids}
    assert max(seen[name] for name in first) <= sorted(seen.values())[100]


def test_a_sweep_that_failed_is_made_again():
    world = kept_world(250)
    world.away = True
    world.run(25 * HOUR)
    world.away = False
    world.forget_asked()
    world.run(3 * HOUR)
    assert {name for _, _, ids in world.asked for name in ids} == set(world.things)


def test_catching_up_after_days_leaves_requests_for_others():
    """Nobody was asked for two days; the backlog does not take every request there is."""
    world = kept_world(3000, per_minute=5)
    world.now += 2 * DAY
    world.forget_asked()
    world.run(10 * MINUTE)
    assert 9 <= len(world.asked) <= 11


@pytest.mark.parametrize(("days", "expected"), [(90, 2.4), (365, 9.7)])
def test_what_it_costs(days, expected):
    """3,500 kept comments a day; each of them every 22 hours."""
    assert expected == pytest.approx(sweep_requests_per_minute(3500, days), abs=0.05)


def test_what_it_costs_is_what_it_takes():
    world = kept_world(1000)
    world.run(11 * DAY)
    taken = len(world.asked) / (11 * DAY / 60)
    assert taken == pytest.approx(sweep_requests_per_minute(1000 / 365, 365), rel=0.1)


def test_what_was_not_kept_is_not_swept():
    world = World(looks_of(ages=SHORT), per_minute=1)
    world.comments(50, score=9)
    world.comments(1, first=90, score=10)
    world.born(comment(91, score=30, **DELETED), post(1, score=0))
    world.run(2 * HOUR)
    assert set(world.looks.table.slot_of) == {"t1_c90", "t3_p1"}


def test_what_the_sweep_tells_says_so():
    """Its records carry the cause `sweep`; what it told before carried `new` and `reread`."""
    things = [comment(n, START - n, _score=lambda _age: 12) for n in range(3)]
    environment = {"WSB_LOOK_AGES_MINUTES": "5,10", "WSB_POLL_MAX_SECONDS": "300"}
    world = ProducerWorld(things, environment=environment)
    world.run(30 * MINUTE)
    for thing in world.reddit.things.values():
        thing["_hidden"] = True  # older than what its listing shows
    world.run(2 * HOUR)
    world.reddit.things["t1_c1"] |= DELETED
    world.reddit.things["t1_c2"]["_absent"] = True
    world.deliver(26 * HOUR)
    told = {name: [record["cause"] for record in world.of(name)] for name in world.reddit.things}
    assert {causes[0] for causes in told.values()} == {"new"}
    assert "sweep" not in told["t1_c0"]
    assert told["t1_c1"][-1] == told["t1_c2"][-1] == "sweep"
    assert [world.of(f"t1_c{n}")[-1]["state"] for n in range(3)] == ["live", "deleted", "absent"]
    assert [world.of(f"t1_c{n}")[-1]["peak_score"] for n in range(3)] == [12, 12, 12]


def test_a_slot_used_again_remembers_nothing_of_who_had_it():
    world = World(looks_of(ages=SHORT), per_minute=1)
    world.comments(1, score=9)
    world.see([comment(0, body="edited", edited=START + 5, score=9)])
    world.run(3 * HOUR)
    assert len(world.looks) == 0
    world.comments(1, first=5, score_hidden=True)
    row = world.looks.table.get("t1_c5")
    assert (row.score, row.peak, row.emitted, row.edited_at) == (None, None, None, None)
