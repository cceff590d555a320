from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.kinesis.shard_log import GET_RECORDS_BYTES, ShardLog


def read_all(log, limit):
    sequence, found = 0, []
    while True:
        records, _ = log.after(sequence, limit)
        if not records:
            return found
        found += records
        sequence = records[-1].sequence


@given(st.lists(st.text(max_size=5), max_size=50), st.integers(1, 7))
def test_a_reader_gets_each_record_once_in_order(texts, limit):
    """Whatever the page size."""
    log = ShardLog()
    for text in texts:
        log.append("k", text, 1.0)
    found = read_all(log, limit)
    assert texts == [record.data for record in found]
    assert (len(texts), len(texts)) == (log.put, log.read)


def test_a_page_is_at_most_ten_megabytes():
    """Keys count, too; one record is always given."""
    log = ShardLog()
    megabyte = "x" * (1024 * 1024 * 4 // 3 + 3)
    for _ in range(12):
        log.append("k", megabyte, 1.0)
    records, _ = log.after(0, 10_000)
    assert sum(record.size_bytes for record in records) <= GET_RECORDS_BYTES
    assert len(records) == 9


def test_what_is_too_old_is_forgotten_but_stays_counted():
    """Retention moves the horizon, not the ledger."""
    log = ShardLog()
    for at in range(10):
        log.append("k", str(at), float(at))
    log.after(0, 2)
    log.trim(4.0)
    assert (log.put, log.read) == (10, 2)
    assert log.oldest_unread_at == 4.0
    assert [record.data for record in read_all(log, 100)] == [str(at) for at in range(4, 10)]
    assert log.oldest_unread_at is None


def test_milliseconds_behind_are_those_of_the_last_record_given():
    """Zero at the end of the shard."""
    log = ShardLog()
    for at in (1.0, 2.0, 4.5):
        log.append("k", "d", at)
    assert log.after(0, 2)[1] == 2500
    assert log.after(0, 3)[1] == 0
