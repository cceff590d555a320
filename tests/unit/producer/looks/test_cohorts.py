"""What a restart gets back: every column of every row, from what checkpoints wrote."""

import zlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.looks.cohort import COHORT_ROWS, KEPT, decode
from tests.support.looks_world import AGES, HOUR, MINUTE, World, looks_of, page
from tests.support.producer_fakes import START, comment, post

DELETED = {"author": "[deleted]", "body": "[deleted]"}
REMOVED = {"author": "[deleted]", "body": "[removed]"}
EXACT = ("created_at", "peak", "emitted", "text_crc", "edited_at", "missed_at", "state", "is_post")


class Saved:
    """The state table, written as a checkpoint is: all items, then the deletions."""

    def __init__(self):
        self.items = {}
        self.written = 0
        self.names = set()

    def take(self, kept, *, dies_after=None):
        """Write, or die after so many steps."""
        steps = [("put", item.name, item.content) for item in kept.items]
        steps += [("delete", name, b"") for name in kept.deleted]
        for operation, name, content in steps[:dies_after]:
            if operation == "put":
                self._check(name, content)
                self.items[name] = content
                self.written += 1
            else:
                self.items.pop(name, None)

    def _check(self, name, content):
        """An item written again holds all the rows it held: another may not be written yet."""
        assert len(content) < 390_000
        if name in self.items:
            assert set(decode(self.items[name]).ids) <= set(decode(content).ids)
        else:
            assert name not in self.names, "a name was used again"
        self.names.add(name)

    def loaded(self, now, peaks=None):
        looks = looks_of()
        looks.load(list(self.items.items()), now, peaks)
        return looks


def columns_of(looks):
    """Return every row, all that is kept of it, by id."""
    table = looks.table
    slots = table.all_slots()
    values = zip(*(getattr(table, name)[slots].tolist() for name in EXACT), strict=True)
    places = slots.tolist()
    return {
        table.ids[slot]: (table.posts[slot], table.parents[slot], *row)
        for slot, row in zip(places, values, strict=True)
    }


def assert_same(before, after):
    assert columns_of(before) == columns_of(after)
    for name in before.table.slot_of:
        was, now = before.table.get(name), after.table.get(name)
        # a look that found nothing to keep may be repeated
        assert now.looked_at <= was.looked_at
        assert (now.score is None) == (was.score is None)


KINDS = st.sampled_from(["comments", "posts", "rise", "fall", "hide", "edit", "remove", "delete"])
STEPS = st.lists(
    st.tuples(KINDS, st.integers(0, 400), st.integers(1, 130), st.sampled_from([1, 20, 90, 700])),
    min_size=1,
    max_size=14,
)


def play(world, step, saved, *, dies_after=None):
    kind, first, count, minutes = step
    if kind == "comments":
        parents = [f"t1_c{first}", "t3_p1"]
        world.born(
            *(
                comment(
                    len(world.things) + n,
                    world.now - n,
                    link_id=f"t3_p{n % 3}",
                    parent_id=parents[n % 2],
                    score=n % 12,
                )
                for n in range(count)
            )
        )
    elif kind == "posts":
        world.born(*(post(len(world.things) + n, world.now) for n in range(count // 20 + 1)))
    else:
        changes = {
            "rise": lambda raw: {"score": raw["score"] + 7},
            "fall": lambda raw: {"score": raw["score"] - 2},
            "hide": lambda _raw: {"score_hidden": True},
            "edit": lambda _raw: {"edited": world.now},
            "remove": lambda _raw: REMOVED,
            "delete": lambda _raw: DELETED,
        }
        raws = list(world.things.values())[first : first + count]
        for raw in raws:
            raw.update(changes[kind](raw))
        for start in range(0, len(raws), 100):
            world.see(raws[start : start + 100])
        world.looks.miss([raw["name"] for raw in raws[::9]], world.now)
    world.run(MINUTE)
    saved.take(world.looks.changed(), dies_after=dies_after)
    world.run(minutes * MINUTE / 10)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_whoever_is_made_from_the_saved_items_knows_what_was_known(steps):
    saved, world = Saved(), World(looks_of(), per_minute=3)
    for step in steps:
        play(world, step, saved)
    saved.take(world.looks.changed())
    assert_same(world.looks, saved.loaded(world.now))


@settings(max_examples=30, deadline=None)
@given(STEPS, st.integers(0, 12))
def test_a_crash_between_two_writes_loses_no_row_that_was_saved_before(steps, dies_after):
    """Some items written, none deleted: of an id in two items the later look counts."""
    saved, world = Saved(), World(looks_of(), per_minute=3)
    for step in steps:
        play(world, step, saved)
    saved.take(world.looks.changed())
    before = saved.loaded(world.now)
    world.now += 20 * MINUTE
    play(world, ("rise", 0, 130, 0), saved, dies_after=dies_after)
    after = saved.loaded(world.now)
    assert set(before.table.slot_of) <= set(after.table.slot_of) | _ended(world, before)
    for name in before.table.slot_of:
        if name in after.table:
            old, new = before.table.get(name), after.table.get(name)
            assert new.looked_at >= old.looked_at
            assert (new.peak or -99) >= (old.peak or -99)


def _ended(world, before):
    last = AGES[-1]
    return {
        name
        for name in before.table.slot_of
        if world.things[name]["created_utc"] + last < world.now
    }


def test_a_restarted_producer_saves_on_where_the_first_one_was():
    """Names of its own, items of both resolve; what the first left behind goes."""
    saved, world = Saved(), World(looks_of(), per_minute=3)
    world.comments(250)
    world.run(20 * MINUTE)
    saved.take(world.looks.changed())
    world.looks = saved.loaded(world.now)
    for score in (12, 40):
        for raw in world.things.values():
            raw["score"] = score
        world.run(HOUR)
        saved.take(world.looks.changed())
    assert_same(world.looks, saved.loaded(world.now))
    held = [name for content in saved.items.values() for name in decode(content).ids]
    assert len(held) == 250


def test_a_peak_alone_is_kept():
    """A score that fell again before it was worth a record is remembered all the same."""
    saved, looks = Saved(), looks_of()
    looks.see(page(comment(1, score=20)), START)
    saved.take(looks.changed())
    for score in (21, 20):
        looks.see(page(comment(1, score=score)), START + score * 3)
    saved.take(looks.changed())
    assert saved.loaded(START + 100).table.get("t1_c1").peak == 21


def test_a_first_miss_is_kept_and_confirmed_after_a_restart():
    saved, looks = Saved(), looks_of()
    looks.see(page(comment(1)), START)
    looks.miss(["t1_c1"], START + 90)
    saved.take(looks.changed())
    again = saved.loaded(START + 200)
    assert again.table.get("t1_c1").missed_at == START + 90
    at = START + 90 + HOUR + 10 * MINUTE
    assert again.requests.settle_due_at(at) <= at
    assert again.requests.ask_settle(at).ids == ("t1_c1",)


def test_a_look_that_found_nothing_is_not_worth_a_write():
    saved, world = Saved(), World(looks_of(), per_minute=10)
    world.comments(300, score=2)
    saved.take(world.looks.changed())
    written = saved.written
    world.run(13 * MINUTE)
    assert len(world.asked) > 20
    assert world.looks.changed() == ((), ())
    assert saved.written == written == 3


def test_the_looks_of_a_fixed_age_cost_an_item_for_a_hundred_rows():
    saved, world = Saved(), World(looks_of(), per_minute=20)
    world.comments(1000, score=2, created_at=START - 1)
    saved.take(world.looks.changed())
    saved.written = 0
    world.run(15.5 * MINUTE, every=lambda each: saved.take(each.looks.changed()))
    world.run(5 * MINUTE, every=lambda each: saved.take(each.looks.changed()))
    assert 10 <= saved.written <= 30
    assert len(saved.items) <= 12


def test_a_crossing_saved_by_itself_raises_the_peak_of_a_row_that_was_saved_before():
    saved, looks = Saved(), looks_of()
    looks.see(page(comment(1, score=9)), START)
    saved.take(looks.changed())
    again = saved.loaded(START + 60, {"t1_c1": 14, "t1_new": 11})
    assert again.table.get("t1_c1").peak == 14
    again.see(page({**comment(2, score=4), "name": "t1_new"}), START + 70)
    assert again.table.get("t1_new").peak == 11
    assert again.table.get("t1_new").score == 4


def test_peaks_are_told_before_they_are_saved_and_only_once():
    looks = looks_of()
    seen = looks.see(page(comment(1, score=9), comment(2, score=15)), START)
    assert seen.crossed.tolist() == [False, True]
    assert looks.see(page(comment(2, score=30)), START + 60).crossed.tolist() == [False]


def test_an_item_is_four_write_units_and_says_when_it_was_used():
    looks = looks_of()
    random = np.random.default_rng(1)
    rows = [
        comment(
            n,
            START - float(random.integers(300)),
            score=int(random.integers(-5, 400)),
            body=str(n),
            parent_id=f"t1_{random.integers(36**6)}",
        )
        for n in range(COHORT_ROWS)
    ]
    looks.see(page(*rows), START + 5)
    (item,) = looks.changed().items
    assert item.used_at == START + 5
    assert len(item.content) < 4096 - 200
    assert set(decode(item.content).columns) == set(KEPT)
    assert len(zlib.decompress(item.content)) > 2 * len(item.content)
