"""PutRecords' limits, and the order of one id's records."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.delivery.batching import Entry, batches
from producer.errors import RecordTooLargeError
from tests.support.producer_fakes import PUT_RECORDS_BYTES, PUT_RECORDS_MOST, RECORD_BYTES

ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from([f"t1_{number}" for number in range(40)]),
        st.sampled_from([b"x", b"y" * 5000, b"z" * (RECORD_BYTES - 10)]),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(ENTRIES)
def test_batches_keep_everything_in_order_within_the_limits(entries):
    made = list(batches(entries))
    assert entries == [entry for batch in made for entry in batch]
    for batch in made:
        assert 1 <= len(batch) <= PUT_RECORDS_MOST
        assert sum(entry.size for entry in batch) <= PUT_RECORDS_BYTES
        assert len(batch) == len({entry.key for entry in batch})


def test_five_hundred_records_share_a_call():
    entries = [Entry(f"t1_{number}", b"x") for number in range(1001)]
    assert [len(batch) for batch in batches(entries)] == [500, 500, 1]


def test_five_mebibytes_share_a_call():
    entries = [Entry(f"t1_{number}", b"x" * (RECORD_BYTES - 4)) for number in range(6)]
    assert [len(batch) for batch in batches(entries)] == [5, 1]


def test_an_id_comes_once_a_batch():
    """Kinesis may fail its first record alone, and the second would overtake it."""
    assert len(list(batches([Entry("t1_a", b"1"), Entry("t1_a", b"2")]))) == 2


def test_a_record_above_a_mebibyte_is_refused():
    with pytest.raises(RecordTooLargeError, match="t1_a"):
        list(batches([Entry("t1_a", b"x" * RECORD_BYTES)]))
