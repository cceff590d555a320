import itertools

from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.firehose.buffer import Buffer

RECORDS = st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 5)), max_size=60)


def deliver_all(buffer, arrivals):
    """Put the arrivals, sealing at each what is due by then; returns batches and the end."""
    batches, now = [], 1000.0
    for record, pause in arrivals:
        now += pause
        if buffer.due_at is not None and buffer.due_at <= now:
            batches.append(buffer.seal())
        sealed = buffer.add(record, now)
        if sealed:
            batches.append(sealed)
    last = buffer.seal()
    return [*batches, *([last] if last else [])]


@given(RECORDS, st.integers(1, 200), st.floats(0.1, 20))
def test_every_record_leaves_once_and_in_order(arrivals, limit_bytes, interval_seconds):
    """Batches, one after another, are what was put, each record with its delimiter."""
    batches = deliver_all(Buffer(limit_bytes, interval_seconds, b"\n"), arrivals)
    assert [record + b"\n" for record, _ in arrivals] == [r for b in batches for r in b.records]


@given(RECORDS, st.integers(1, 200))
def test_a_batch_ends_with_the_record_that_fills_it(arrivals, limit_bytes):
    """Without its last record a batch is below the size limit; all but the last reach it."""
    batches = deliver_all(Buffer(limit_bytes, 1e9, b""), arrivals)
    for batch in batches:
        assert sum(map(len, batch.records[:-1])) < limit_bytes
    for batch in batches[:-1]:
        assert sum(map(len, batch.records)) >= limit_bytes


@given(RECORDS, st.floats(0.1, 20))
def test_no_batch_spans_more_than_the_interval(arrivals, interval_seconds):
    """A record that comes when the oldest is due is in the next batch."""
    times = list(itertools.accumulate((pause for _, pause in arrivals), initial=1000.0))[1:]
    for batch in deliver_all(Buffer(10**9, interval_seconds), arrivals):
        of_batch, times = times[: len(batch.records)], times[len(batch.records) :]
        assert batch.oldest_at == of_batch[0]
        assert of_batch[-1] - of_batch[0] < interval_seconds
