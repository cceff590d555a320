"""PutRecords' limits, and the order of one id's records."""

from hypothesis import given, settings
from hypothesis import strategies as st

from producer.delivery.entry import Entry
from producer.delivery.outbox import Waiting
from producer.delivery.window import Window
from tests.support.kinesis import PUT_RECORDS_BYTES, PUT_RECORDS_MOST, RECORD_BYTES

ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from([f"t1_{number}" for number in range(40)]),
        st.sampled_from([b"x", b"y" * 5000, b"z" * (RECORD_BYTES - 10)]),
    ),
    max_size=60,
)


def window_of(entries):
    window = Window()
    window.load([Waiting(place, entry) for place, entry in enumerate(entries, start=1)])
    return window


def batches(window, now=0.0):
    while batch := window.next_batch(now):
        yield [each.entry for each in batch]
        window.acknowledged(batch)


@settings(deadline=None)
@given(ENTRIES)
def test_batches_keep_everything_within_the_limits_and_each_id_in_order(entries):
    made = list(batches(window_of(entries)))
    for batch in made:
        assert 1 <= len(batch) <= PUT_RECORDS_MOST
        assert sum(entry.size for entry in batch) <= PUT_RECORDS_BYTES
        assert len(batch) == len({entry.key for entry in batch})
    sent = [entry for batch in made for entry in batch]
    assert len(sent) == len(entries)
    for key in {entry.key for entry in entries}:
        assert [e.data for e in entries if e.key == key] == [e.data for e in sent if e.key == key]


def test_five_hundred_records_share_a_call():
    entries = [Entry(f"t1_{number}", b"x") for number in range(1001)]
    assert [len(batch) for batch in batches(window_of(entries))] == [500, 500, 1]


def test_ten_mebibytes_share_a_call():
    entries = [Entry(f"t1_{number}", b"x" * (RECORD_BYTES - 5)) for number in range(11, 22)]
    assert [len(batch) for batch in batches(window_of(entries))] == [10, 1]


def test_a_record_that_waits_for_its_next_try_is_not_overtaken_by_its_id():
    """Kinesis may fail an id's first record alone: its second waits as long, others go on."""
    window = window_of([Entry("t1_a", b"1"), Entry("t1_a", b"2"), Entry("t1_b", b"3")])
    first = window.next_batch(0.0)
    assert [each.entry.data for each in first] == [b"1", b"3"]
    window.failed(first[:1], 0.0)
    window.acknowledged(first[1:])
    assert window.next_batch(0.0) == []
    assert 0.01 <= window.retry_at() <= 0.02
    assert [each.entry.data for each in window.next_batch(0.02)] == [b"1"]


def test_a_record_in_flight_is_not_overtaken_by_its_id():
    """Two calls at a time: the second has other ids."""
    window = window_of([Entry("t1_a", b"1"), Entry("t1_a", b"2"), Entry("t1_b", b"3")])
    first = window.next_batch(0.0)[:1]
    assert window.sent(first) == 0
    assert (window.idle, window.sent(second := window.next_batch(0.0))) == (2, 0)
    assert [each.entry.data for each in second] == [b"3"]
    assert window.next_batch(0.0) == []
    window.acknowledged(first)
    window.returned(first)
    assert [each.entry.data for each in window.next_batch(0.0)] == [b"2"]


def test_each_failure_in_a_row_waits_longer_up_to_five_seconds():
    window = window_of([Entry("t1_a", b"1")])
    waits = []
    for _ in range(12):
        (each,) = window.next_batch(1e9)
        window.failed([each], 0.0)
        waits.append(window.retry_at())
    assert all(0.01 * 2**n <= wait <= 0.02 * 2**n for n, wait in enumerate(waits[:8]))
    assert 2.5 <= waits[-1] <= 5


def test_what_is_sent_a_second_time_is_counted():
    window = window_of([Entry("t1_a", b"1"), Entry("t1_b", b"2")])
    batch = window.next_batch(0.0)
    assert (window.sent(batch), window.sent(batch[:1])) == (0, 1)


def test_it_knows_what_it_holds():
    window = window_of([Entry("t1_a", b"12"), Entry("t1_b", b"345")])
    assert (len(window), window.bytes, window.last) == (2, 13, 2)
    window.acknowledged(window.next_batch(0.0))
    assert (len(window), window.bytes, window.last) == (0, 0, 2)
    assert window.retry_at() == float("inf")


def test_ten_mebibytes_to_the_byte_share_a_call():
    entries = [Entry(f"t1_{number}", b"x" * (RECORD_BYTES - 5)) for number in range(11, 21)]
    assert sum(entry.size for entry in entries) == PUT_RECORDS_BYTES
    assert [len(batch) for batch in batches(window_of(entries))] == [10]


def test_what_is_in_flight_is_waited_for_by_nobody_and_what_is_gone_weighs_nothing():
    window = window_of([Entry("t1_a", b"1"), Entry("t1_b", b"2")])
    batch = window.next_batch(0.0)
    assert window.sent(batch) == 0
    window.returned(batch)
    window.failed(batch, 0.0)
    first, second = batch
    at = window.retry_at()
    assert 0.0 < at < float("inf")
    assert window.next_batch(10.0) == batch
    assert window.sent(batch) == 2
    assert window.retry_at() == float("inf")
    window.returned(batch)
    window.acknowledged([first])
    assert (len(window), window.idle, window.bytes) == (1, 1, second.entry.size)
    window.acknowledged([second])
    assert (len(window), window.bytes, window.retry_at()) == (0, 0, float("inf"))


def test_a_failed_entry_goes_again_the_moment_its_wait_is_over():
    window = window_of([Entry("t1_a", b"1")])
    batch = window.next_batch(0.0)
    window.failed(batch, 0.0)
    assert window.next_batch(window.retry_at() - 0.001) == []
    assert window.next_batch(window.retry_at()) == batch
