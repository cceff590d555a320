"""Value looks: where the next request goes below what is guaranteed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.looks.bands import NO_BAND, Bands
from producer.looks.crossing import crossing_model
from tests.support.looks_world import AGES, HOUR, MINUTE, World, looks_of, page
from tests.support.producer_fakes import START, comment, post

DELETED = {"author": "[deleted]", "body": "[deleted]"}
REMOVED = {"author": "[deleted]", "body": "[removed]"}


def worth(looks, name, now):
    """Return what a look at a row is worth, from the model itself."""
    row = looks.table.get(name)
    model = crossing_model()
    band = int((model.score_shares * looks.min_score).searchsorted(row.score, "right"))
    if row.score is None:
        band = model.scores - 1
    age = int((model.age_minutes * 60).searchsorted(row.looked_at - row.created_at, "right"))
    minutes = (now - row.looked_at) / 60
    return model.chance(band, age, np.array([minutes]))[0] * minutes


def test_the_request_holds_the_hundred_rows_worth_most():
    """Chance that it crossed times minutes since then, by the model; nothing else decides."""
    random = np.random.default_rng(3)
    looks = looks_of()
    for first in range(0, 2000, 100):
        at = START + first * 3.0
        looks.see(
            page(
                *(
                    comment(first + n, at - float(random.integers(10, 9000)), score=int(score))
                    for n, score in enumerate(random.integers(-2, 10, 100))
                )
            ),
            at,
        )
    now = START + 6200.0
    asked = looks.requests.ask(now)
    worths = {name: worth(looks, name, now) for name in looks.table.slot_of}
    best = sorted(worths.values(), reverse=True)[:100]
    chosen = sum(worths[name] for name in asked.ids)
    assert len(asked.ids) == 100
    assert chosen >= 0.96 * sum(best)


def test_nearer_to_the_threshold_goes_first():
    looks = looks_of()
    looks.see(page(*(comment(n, score=9 if n == 50 else 1) for n in range(150))), START)
    assert "t1_c50" in looks.requests.ask(START + 120).ids


def test_longer_unseen_goes_first():
    looks = looks_of()
    looks.see(page(*(comment(n, START, score=3) for n in range(100))), START + 1)
    looks.see(page(*(comment(n, START, score=3) for n in range(100, 200))), START + 30)
    asked = looks.requests.ask(START + 300)
    assert set(asked.ids) == {f"t1_c{n}" for n in range(100)}


def test_nobody_is_asked_twice_within_a_minute():
    looks = looks_of()
    looks.see(page(*(comment(n) for n in range(100))), START)
    assert looks.requests.due_at(START + 59) == START + 60
    assert looks.requests.ask(START + 59).ids == ()
    assert len(looks.requests.ask(START + 60).ids) == 100


def test_what_is_in_flight_is_not_asked_again():
    looks = looks_of()
    looks.see(page(*(comment(n) for n in range(150))), START)
    first = looks.requests.ask(START + 100)
    assert len(first.ids) == 100
    assert looks.requests.due_at(START + 100) > START + 160  # the other fifty wait for fifty more
    assert not set(first.ids) & set(looks.requests.ask(START + 101).ids)


def test_a_row_whose_neighbours_are_listed_all_the_time_is_looked_at_all_the_same():
    """A small subreddit's page shows most rows each half minute: no request is ever full."""
    world = World(looks_of(), per_minute=10)
    world.comments(50, score=3)
    world.run(
        20 * MINUTE, every=lambda each: each.see([each.things[f"t1_c{n}"] for n in range(49)])
    )
    assert 2 <= len(world.times("t1_c49")) <= 5


def test_a_request_that_failed_is_asked_again_after_others():
    world = World(looks_of())
    world.comments(200)
    world.now += 100
    asked = world.looks.requests.ask(world.now)
    world.looks.requests.failed(asked, world.now)
    other = world.looks.requests.ask(world.now + 1)
    assert not set(asked.ids) & set(other.ids)
    assert world.looks.requests.due_at(world.now + 59) > world.now + 59
    assert world.looks.requests.due_at(world.now + 60) <= world.now + 60
    again = world.looks.requests.ask(world.now + 60)
    assert set(again.ids) == set(asked.ids)
    assert world.looks.requests.in_flight == 200


def test_rows_chosen_ahead_that_a_listing_showed_meanwhile_fill_no_request():
    """What is chosen for the next seconds is no promise: a page may show all of it first."""
    looks = looks_of()
    raws = [comment(n, score=4) for n in range(400)]
    for first in range(0, 400, 100):
        looks.see(page(*raws[first : first + 100]), START)
    at = START + 100
    asked = {*looks.requests.ask(at).ids, *looks.requests.ask(at + 0.1).ids}
    left = [raw for raw in raws if raw["name"] not in asked]
    assert len(left) == 200
    assert looks.requests.due_at(at + 0.1) <= at + 0.1
    for first in (0, 100):
        looks.see(page(*left[first : first + 100]), at + 0.2)
    assert looks.requests.due_at(at + 0.2) == at + 0.2 + MINUTE
    assert looks.requests.ask(at + 0.2).ids == ()


def test_what_was_seen_elsewhere_meanwhile_is_not_asked_again():
    """A page of the listing is a look, too."""
    looks = looks_of()
    looks.see(page(*(comment(n, score=4) for n in range(120))), START)
    looks.see(page(*(comment(n, score=4) for n in range(20))), START + 80)
    assert set(looks.requests.ask(START + 100).ids) == {f"t1_c{n}" for n in range(20, 120)}


def test_what_came_unreadable_is_no_miss_and_has_time():
    looks = looks_of()
    looks.see(page(*(comment(n) for n in range(2))), START)
    asked = looks.requests.ask(START + 100)
    looks.see(page(comment(0)), START + 101)
    assert looks.requests.answered(asked, {"t1_c1"}, START + 101) == ()
    assert looks.table.get("t1_c1").missed_at is None
    assert looks.requests.ask(START + 3000).ids == ("t1_c0",)
    looks.see(page(comment(0)), START + 3001)
    assert looks.requests.due_at(START + 3800) <= START + 3800
    assert "t1_c1" in looks.requests.ask(START + 3800).ids


def test_what_the_answer_lacked_is_named():
    looks = looks_of()
    looks.see(page(*(comment(n) for n in range(3))), START)
    asked = looks.requests.ask(START + 100)
    looks.see(page(comment(0), comment(2)), START + 101)
    assert looks.requests.answered(asked, (), START + 101) == ("t1_c1",)


@pytest.mark.parametrize("fields", [{"score": 12}, REMOVED])
def test_without_a_chance_a_row_is_seen_at_its_fixed_ages(fields):
    """Crossed, removed: nothing to find out, but each age has to be recorded."""
    world = World(looks_of(), per_minute=10)
    world.comments(1, score=2, created_at=START - 20)
    world.see([comment(0, START - 20, **fields)])
    world.things["t1_c0"] = comment(0, START - 20, **fields)
    world.run(4 * HOUR)
    ages = [at - START + 20 for at in world.times("t1_c0")]
    for age in AGES[:4]:
        assert any(age <= seen <= age + 10 * MINUTE for seen in ages)


def test_a_post_is_seen_at_its_fixed_ages():
    world = World(looks_of(), per_minute=10)
    world.born(post(7))
    world.run(4 * HOUR)
    for age in AGES[:4]:
        assert any(age <= at - START <= age + 10 * MINUTE for at in world.times("t3_p7"))


def test_a_deleted_row_is_never_asked_again():
    world = World(looks_of(), per_minute=10)
    world.comments(3)
    world.see([comment(1, **DELETED)])
    world.run(40 * HOUR)
    assert world.times("t1_c1") == []
    assert len(world.times("t1_c0")) > 10


def test_bands_tell_rows_apart_by_what_their_look_showed():
    looks = looks_of()
    rows = [
        comment(0, score=1),
        comment(1, score=9),
        comment(2, score=10),
        comment(3, score_hidden=True),
        comment(4, **REMOVED),
        comment(5, START - HOUR, score=1),
        post(6),
    ]
    looks.see(page(*rows, comment(8, **DELETED), comment(9, START - AGES[-1])), START + 1)
    bands = Bands(crossing_model(), AGES, 10).of(looks.table, np.arange(9, dtype=np.int32))
    assert len(set(bands[:7].tolist())) == 7
    assert bands[7:].tolist() == [NO_BAND, NO_BAND]


def test_another_threshold_has_its_own_bands():
    """At 25 a score of 22 is as near as 9 is at 10."""
    chances = []
    for min_score, score in ((10, 9), (25, 22)):
        looks = looks_of(min_score=min_score)
        looks.see(page(comment(1, score=score)), START + 60)
        bands = Bands(crossing_model(), AGES, min_score)
        band = bands.of(looks.table, np.array([0], np.int32))
        chances.append(float(bands.worth(band, np.array([3600.0]))[0]))
    assert chances[0] == chances[1]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 180), st.integers(0, 9)), min_size=1, max_size=12),
    st.integers(1, 30),
)
def test_requests_are_full_and_nobody_is_asked_within_a_minute_of_the_last_look(births, pace):
    """A hundred ids whenever a hundred are followed; a fuller request costs nothing."""
    world = World(looks_of(), per_minute=pace)
    pending = list(births)
    seen_at = {}
    see = world.see

    def note(raws):
        seen_at.update({raw["name"]: world.now for raw in raws})
        return see(raws)

    world.see = note
    ask = world.looks.requests.ask
    followed = []

    def check(now):
        total = len(world.looks)
        asked = ask(now)
        for name in asked.ids:
            assert now - seen_at[name] >= 60
        followed.append((total, len(asked.ids)))
        return asked

    world.looks.requests.ask = check

    def birth(_world):
        if pending:
            count, score = pending.pop()
            world.comments(count, first=len(world.things), score=score)

    world.run(25 * MINUTE, every=birth)
    assert all(ids == min(100, total) for total, ids in followed)
    assert len(followed) > 5


def test_every_request_among_many_rows_is_full():
    """First the tail of a queue that others have thinned out, then the rest."""
    random = np.random.default_rng(5)
    world = World(looks_of(), per_minute=100)
    for first in range(0, 4000, 100):
        world.comments(100, first=first, score=int(first / 100) % 10, created_at=START - first)
    for _ in range(15):
        names = random.choice(list(world.things), 1500, replace=False)
        for first in range(0, 1500, 100):
            world.see([world.things[name] for name in names[first : first + 100]])
        world.run(2 * MINUTE)
    looked = [ids for purpose, _, ids in world.asked if purpose == "look"]
    assert len(looked) > 900
    assert {len(ids) for ids in looked} == {100}
    assert all(len(set(ids)) == 100 for ids in looked)
