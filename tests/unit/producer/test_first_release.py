"""An updated producer goes on from what the first release left in the table."""

import json
import zlib

from producer.first_release import upgraded
from producer.looks.cohort_item import cohorts_in
from producer.looks.looks import Looks
from producer.state.item import Item
from tests.support.memory_state import key
from tests.support.producer_fakes import START, comment
from tests.support.producer_world import HOUR, ProducerWorld

# as the first release wrote them: id, created, post, parent, score, peak, emitted, looked at,
# state, crc of the text, edited, missed
ROWS = [
    ["t1_c1", START - 1000.0, "t3_p1", "t1_p", 9, 12, 9, START - 60.0, "live", 77, START - 5, None],
    [
        "t1_c2",
        START - 900.0,
        "t3_p1",
        "t3_p1",
        None,
        None,
        None,
        START - 60.0,
        "live",
        0,
        None,
        1.5,
    ],
    ["t3_p1", START - 9000.0, None, None, 40, 41, 40, START - 60.0, "removed", 8, None, None],
]
COHORT = {
    "name": "t1_c1", "bucket": [300, 5], "looks_done": 1, "looked_at": START - 60.0,
    "seen_at": START - 60.0, "rows": ROWS,
}  # fmt: skip
CURSOR = {
    "listing": "comments", "recent": ["t1_c2", "t1_c1"], "newest_at": START - 900.0,
    "deep_at": START - 70.0, "gaps_open": 0,
}  # fmt: skip
AGES = (900.0, 2700.0, 86_400.0, 129_600.0)


def left(name, value):
    data = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)
    return Item(key(name), data, START - 60.0, version=1)


def test_every_column_of_a_row_is_kept():
    looks = Looks(AGES, min_score=10, retention_days=365)
    looks.load(cohorts_in(upgraded([left("cohort#t1_c1", COHORT)])), START)
    assert [list(looks.table.get(row[0])) for row in ROWS] == ROWS


def test_what_is_not_of_the_first_release_is_left_alone():
    item = Item(key("cohort#x"), b"anything", START)
    assert upgraded([item]) == [item]


def test_an_updated_producer_reads_on_and_forgets_no_peak():
    """Dipped to 9 after 12: what is sent says 12, nothing is sent as new, no gap is found."""
    score = {"_score": lambda _age: 9}
    world = ProducerWorld([comment(1, START - 1000, **score), comment(2, START - 900)])
    for item in (left("cohort#t1_c1", COHORT), left("cursor#comments", CURSOR)):
        world.state.rows[item.key] = (item, 0)
    world.start()
    world.deliver(HOUR)
    told = world.of("t1_c1")
    assert {(record["cause"], record["score"], record["peak_score"]) for record in told} == {
        ("reread", 9, 12)
    }
    assert {record["cause"] for record in world.of("t1_c2")} == {"reread"}
    assert not any(record["kind"] == "gap" for record in world.records())
    world.start()  # while some rows are still in the old item
    world.deliver(HOUR)
    assert {record["cause"] for record in world.records()} == {"reread"}
