"""A producer made again from the state table equals the one that saved it, on DynamoDB too."""

from random import Random

import pytest

from producer.state.table import DynamoState
from tests.support.aws_emulator import TABLE, make_table
from tests.support.memory_state import MemoryState
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld

MINUTE = 60.0


@pytest.fixture(params=["memory", "moto"])
def state(request):
    if request.param == "memory":
        yield MemoryState()
        return
    client = make_table(request.getfixturevalue("aws_url"))
    yield DynamoState(client, TABLE, lambda _subreddit: 1)
    client.delete_table(TableName=TABLE)


def eventful(seed):
    """Return comments and posts whose scores move, hide and are first seen late."""
    random = Random(seed)  # noqa: S311 - the same every time

    def score():
        if random.random() < 0.5:  # too slowly for a record each time
            return lambda age: int(age // 400)
        levels = sorted((random.uniform(0, 2 * HOUR), random.randint(-3, 30)) for _ in range(4))
        return lambda age: next((value for at, value in reversed(levels) if at <= age), 1)

    comments = [
        comment(
            n,
            START - HOUR + 90 * n,
            _score=score(),
            score_hidden=n % 7 == 0,
            parent_id=f"t1_c{n - 1}" if n % 3 else "t3_p1",
            _late=random.choice([0.0, 0.0, 15.0]),
        )
        for n in range(60)
    ]
    return [*comments, *(post(n, START - 2 * HOUR + 500 * n, _score=score()) for n in range(12))]


def changes(world, seed):
    """Delete, remove, edit and hide some things on the way."""
    random = Random(seed)  # noqa: S311 - the same every time
    names = random.sample(sorted(world.reddit.things), 16)
    kinds = [
        {"body": "[deleted]", "selftext": "[deleted]", "author": "[deleted]"},
        {"body": "[removed]", "selftext": "[removed]", "author": "[deleted]"},
        {"body": "edited", "selftext": "edited", "edited": START + 1000.0},
        {"_absent": True},
    ]
    for place, name in enumerate(names):
        world.reddit.things[name].update(kinds[place % len(kinds)])


def kept(world):
    """Return what a restart must know of every id, and where each listing has got to."""
    table = world.follower.looks.table
    rows = {
        fullname: table.get(fullname)._replace(score=None, looked_at=0.0)
        for fullname in table.slot_of
    }
    cursors = [listing.cursor for listing in world.follower.listings]
    return rows, cursors


@pytest.mark.parametrize("seed", range(3))
def test_a_restart_knows_what_was_saved_value_by_value(state, seed):
    """Peaks, what was sent, states, texts, edits, absences, cursors.

    Scores may be earlier ones: a look that changed nothing worth a record is not saved.
    """
    world = ProducerWorld(eventful(seed), per_minute=20)
    world.state = state
    world.start()
    world.run(40 * MINUTE)
    changes(world, seed)
    world.deliver(20 * MINUTE)
    for thing in world.reddit.things.values():
        thing.pop("_absent", None)  # only a cache had lost it
    world.deliver(30 * MINUTE)
    rows, cursors = kept(world)
    assert len(rows) == 72
    assert {"deleted", "removed", "live"} <= {row.state for row in rows.values()}
    world.start()
    assert kept(world) == (rows, cursors)
    sent = len(world.records())
    world.deliver(5 * MINUTE)
    assert "new" not in {record["cause"] for record in world.records()[sent:] if "cause" in record}
