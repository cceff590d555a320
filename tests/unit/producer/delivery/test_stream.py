"""A 200 from PutRecords is not success."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producer.delivery.batching import Entry
from producer.delivery.stream import KinesisStream
from producer.errors import AwsError, NotDeliveredError
from producer.events import RecordsPartlyFailed
from producer.totals import Totals
from tests.support.producer_fakes import (
    ENTRY_CODES,
    FakeKinesis,
    MemoryLog,
    VirtualClock,
    never,
)

ENTRIES = [Entry(f"t1_{number}", str(number).encode()) for number in range(5)]


def stream_on(client, name="observations", **parts):
    parts = {"clock": VirtualClock(), "totals": Totals(), "log": MemoryLog()} | parts
    return KinesisStream(client, name, **parts)


def test_a_partial_failure_sends_only_the_failed_entries_again():
    """The recurring bug of this field: the answer is 200, and some entries failed."""
    client, totals, log = FakeKinesis(), Totals(), MemoryLog()
    client.plan = [{1, 2}, {0}]
    stream_on(client, totals=totals, log=log).put(ENTRIES, never())
    everything = [entry.key for entry in ENTRIES]
    assert [everything, ["t1_1", "t1_2"], ["t1_1"]] == client.calls
    assert sorted(everything) == sorted(key for key, _ in client.records)
    assert totals == Totals(records_sent=5, records_retried=3, partial_failures=2)
    throttled, failed = ENTRY_CODES
    assert log.events == [
        RecordsPartlyFailed(failed=2, codes=[failed, throttled]),
        RecordsPartlyFailed(failed=1, codes=[throttled]),
    ]


@pytest.mark.parametrize(
    "code", [*ENTRY_CODES, "ThrottlingException", "KMSThrottlingException", "ServiceUnavailable"]
)
def test_a_throttled_call_is_made_again_after_a_growing_wait(code):
    client, clock = FakeKinesis(), VirtualClock()
    client.plan = [code] * 4
    stream_on(client, clock=clock).put(ENTRIES, never())
    assert len(client.records) == 5
    assert len(clock.waits) == 4
    assert all(0.05 * 2**place <= wait <= 0.1 * 2**place for place, wait in enumerate(clock.waits))


def test_a_missing_stream_stops_the_producer_with_advice():
    with pytest.raises(AwsError, match=r"nowhere.*apply Terraform, or fix its name or region"):
        stream_on(FakeKinesis(), name="nowhere").put(ENTRIES, never())


def test_a_stop_gives_kinesis_a_few_last_tries():
    client, stop = FakeKinesis(), threading.Event()
    client.plan = [{0, 1}]
    stop.set()
    stream_on(client).put(ENTRIES, stop)
    assert len(client.records) == 5


def test_a_stop_while_kinesis_takes_nothing_gives_up_and_says_how_much():
    client, stop, totals, clock = FakeKinesis(), threading.Event(), Totals(), VirtualClock()
    client.plan = ["ThrottlingException"] * 100
    stop.set()
    with pytest.raises(NotDeliveredError) as raised:
        stream_on(client, clock=clock, totals=totals).put(ENTRIES, stop)
    assert (raised.value.count, totals.records_failed, len(client.calls)) == (5, 5, 4)
    assert sum(clock.waits) < 3


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 99)), max_size=40),
    st.lists(
        st.sets(st.integers(0, 20), max_size=10) | st.just("ThrottlingException"), max_size=12
    ),
)
def test_every_record_arrives_and_each_id_in_order_whatever_fails(records, plan):
    client = FakeKinesis()
    client.plan = plan
    entries = [
        Entry(key, f"{place}:{value}".encode()) for place, (key, value) in enumerate(records)
    ]
    stream_on(client).put(entries, never())
    for key in "abcdef":
        sent = [entry.data for entry in entries if entry.key == key]
        assert sent == [data for arrived, data in client.records if arrived == key]
