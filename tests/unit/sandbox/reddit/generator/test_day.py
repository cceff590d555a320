from itertools import pairwise

import orjson
import pytest

from sandbox.reddit.generator.day import Plan, generate_day, generate_records
from sandbox.reddit.generator.hostile import HOSTILE_TEXTS
from sandbox.reddit.version import ThingState


@pytest.fixture(scope="module")
def records():
    return list(generate_records(Plan(seed=7, hours=3)))


def of_kind(records, kind):
    return [record for record in records if record["kind"] == kind]


def test_a_seed_makes_the_same_day_byte_for_byte():
    """Another makes another."""
    days = [
        b"".join(map(orjson.dumps, generate_records(Plan(seed, hours=0.5)))) for seed in (1, 1, 2)
    ]
    assert days[0] == days[1] != days[2]


def test_things_come_in_order_with_parents_first(records):
    """A reply is never older than what it replies to, and both are of one thread."""
    threads = {}
    last = 0.0
    for record in records:
        data = record["data"]
        assert data["created_utc"] >= last
        last = data["created_utc"]
        if record["kind"] == "t1":
            assert threads[data["parent_id"]] == data["link_id"]
        threads[data["name"]] = data.get("link_id", data["name"])


def test_ids_are_opaque(records):
    """Seven to thirteen characters, no two alike, in no order."""
    ids = [record["data"]["id"] for record in records]
    assert {len(id_) for id_ in ids} == set(range(7, 14))
    assert len(set(ids)) == len(ids)
    rising = sum(a < b for a, b in pairwise(ids)) / len(ids)
    assert 0.45 < rising < 0.55


def test_hostile_texts_are_among_them(records):
    """All kinds, whole."""
    bodies = {record["data"]["body"] for record in of_kind(records, "t1")}
    assert len(bodies & set(HOSTILE_TEXTS)) > len(HOSTILE_TEXTS) / 2
    assert any("🚀" in body for body in bodies)


def test_no_text_is_empty_or_beyond_unicode(records):
    """Reddit accepts neither."""
    for record in of_kind(records, "t1"):
        assert record["data"]["body"]
        record["data"]["body"].encode()


def test_a_posts_looks_count_its_comments(records):
    """At its last look, all there ever are."""
    for post in of_kind(records, "t3"):
        count = sum(c["data"]["link_id"] == post["data"]["name"] for c in of_kind(records, "t1"))
        assert post["observations"][-1][2] == count


def test_every_fate_occurs():
    """Edits, deletions, removals, approvals and hidden scores."""
    comments = [thing for thing in generate_day(Plan(seed=8, hours=3)) if thing.is_comment]
    states = [tuple(version.state for version in thing.versions) for thing in comments]
    assert any(ThingState.DELETED in fate for fate in states)
    assert any(fate[-2:] == (ThingState.REMOVED, ThingState.LIVE) for fate in states)
    assert any(fate == (ThingState.LIVE, ThingState.LIVE) for fate in states)
    hidden = [thing for thing in comments if thing.is_hidden(thing.created)]
    assert 0 < len(hidden) < len(comments) / 10
    assert not any(thing.is_hidden(thing.created + 3 * 3600) for thing in hidden)
