"""Checkpoints that wait become one, in which nothing is forgotten."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from producer.state.checkpoint import Checkpoint
from producer.state.item import Item
from tests.support.memory_state import MemoryState, key
from tests.support.producer_fakes import START, SUBREDDIT


def item(name, value):
    return Item(key(name), bytes([value]), START)


COHORTS = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 255), max_size=4)
PARTS = st.tuples(COHORTS, st.sets(st.sampled_from("abcde"), max_size=2), st.integers(0, 255))


@given(st.lists(PARTS, min_size=1, max_size=6))
def test_written_as_one_they_leave_what_they_leave_one_by_one(parts):
    """But for the deletion of what the same checkpoint puts, which none asks for."""
    checkpoints = [
        Checkpoint(
            number,
            tuple(item(f"cohort#{name}", value) for name, value in puts.items()),
            tuple(key(f"cohort#{name}") for name in deleted - puts.keys()),
            (item("cursor#new", cursor),),
        )
        for number, (puts, deleted, cursor) in enumerate(parts)
    ]
    one_by_one, as_one = MemoryState(), MemoryState()
    for each in checkpoints:
        one_by_one.write(each)
    whole = reduce(Checkpoint.followed_by, checkpoints)
    as_one.write(whole)
    assert sorted(as_one.load(SUBREDDIT)) == sorted(one_by_one.load(SUBREDDIT))
    assert whole.sequence == len(parts) - 1
