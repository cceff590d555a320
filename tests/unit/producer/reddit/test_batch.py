"""A batch holds what an answer's items say, column by column and in their order."""

import zlib

import numpy as np
import pytest

from producer.reddit.batch import STATE_NAMES, UNKNOWN, Batch, Malformed, batch_of, read
from producer.reddit.question import Answer
from tests.support.producer_fakes import START, comment, post


def test_every_column_says_what_the_items_say():
    items = [
        comment(1, START - 5, score=12, edited=START - 2, link_id="t3_p7", parent_id="t1_c0"),
        comment(2, START - 4.5, score=1, score_hidden=True),
        comment(3, START - 4, score=-7, author="[deleted]", body="[removed]"),
        post(1, START - 3, score=2**40, removed_by_category="deleted", selftext=""),
        comment(4, START - 2, score=None, author=None, body="[deleted]"),
    ]
    batch, malformed = read(Answer(items))
    assert malformed == []
    assert len(batch) == 5
    assert batch.ids == ["t1_c1", "t1_c2", "t1_c3", "t3_p1", "t1_c4"]
    assert batch.created_at.tolist() == [START - 5, START - 4.5, START - 4, START - 3, START - 2]
    assert batch.scores.tolist() == [12, UNKNOWN, -7, 2**31 - 1, UNKNOWN]
    states = [STATE_NAMES[number] for number in batch.states]
    assert states == ["live", "live", "removed", "deleted", "deleted"]
    texts = [b"diamond hands", b"diamond hands", b"[removed]", b"", b"[deleted]"]
    assert batch.text_crcs.tolist() == [zlib.crc32(text) for text in texts]
    assert batch.edited_at.tolist() == [START - 2, 0.0, 0.0, 0.0, 0.0]
    assert batch.post_ids == ["t3_p7", "t3_p1", "t3_p1", None, "t3_p1"]
    assert batch.parent_ids == ["t1_c0", "t3_p1", "t3_p1", None, "t3_p1"]
    assert [thing.raw for thing in batch.things] == items


def test_columns_are_as_wide_as_they_say():
    batch, _ = read(Answer([comment(1)]))
    columns = (batch.created_at, batch.scores, batch.states, batch.text_crcs, batch.edited_at)
    assert [column.dtype for column in columns] == [
        np.float64,
        np.int32,
        np.uint8,
        np.uint32,
        np.float64,
    ]
    empty, _ = read(Answer([]))
    assert (len(empty), empty.scores.dtype, empty.ids) == (0, np.int32, [])


@pytest.mark.parametrize(
    ("item", "name", "field"),
    [
        ({**comment(9), "link_id": None}, "t1_c9", "link_id"),
        ({**comment(9), "parent_id": 7}, "t1_c9", "parent_id"),
        ({**comment(9), "created_utc": "soon"}, "t1_c9", "created_utc"),
        ({**post(9), "created_utc": float("nan")}, "t3_p9", "created_utc"),
        ({"name": "t2_somebody"}, "t2_somebody", "name"),
        ({"name": 7}, "", "name"),
        ("text", "", "item"),
        (None, "", "item"),
    ],
)
def test_what_cannot_be_read_is_named_and_costs_no_other(item, name, field):
    batch, malformed = read(Answer([comment(1), item, comment(2)]))
    assert malformed == [Malformed(name, field, item)]
    assert batch.ids == ["t1_c1", "t1_c2"]


def test_a_thing_that_an_answer_shows_twice_is_one():
    """Two records of one moment would be one observation told twice."""
    batch, _ = read(Answer([comment(1, score=5), comment(2), comment(1, score=6)]))
    assert (batch.ids, batch.scores.tolist()) == (["t1_c1", "t1_c2"], [5, 1])


def test_a_simulations_batch_is_taken_as_it_is():
    batch = batch_of([])
    assert isinstance(batch, Batch)
    assert read(Answer(batch)) == (batch, [])
