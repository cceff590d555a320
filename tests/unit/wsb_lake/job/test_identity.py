import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wsb_lake.job.identity import distinct, without
from wsb_lake.job.parsing import TIMESTAMP

SCHEMA = pa.schema([("id", pa.string()), ("observed_at", TIMESTAMP), ("body", pa.string())])
keys = st.tuples(st.text(max_size=2), st.integers(-(10**6), 10**15))
rows = st.lists(st.tuples(keys, st.text(max_size=3)), max_size=25)


def _table(values, chunks=1):
    records = [{"id": i, "observed_at": t, "body": body} for (i, t), body in values]
    size = max(1, -(-len(records) // chunks))
    parts = [records[n : n + size] for n in range(0, len(records), size)] or [[]]
    return pa.concat_tables([pa.Table.from_pylist(part, SCHEMA) for part in parts])


def _keys(table):
    times = table["observed_at"].cast(pa.int64()).to_pylist()
    return list(zip(table["id"].to_pylist(), times, strict=True))


@given(rows, st.integers(1, 4))
def test_distinct_keeps_the_first_of_each_in_order(values, chunks):
    """Sorted by identity, the row that came first wins, however the batch is chunked."""
    first = {}
    for key, body in values:
        first.setdefault(key, body)
    result = distinct(_table(values, chunks))
    expected = sorted(first, key=lambda key: (key[0].encode(), key[1]))
    assert expected == _keys(result)
    assert [first[key] for key in expected] == result["body"].to_pylist()


@given(rows, st.lists(keys, max_size=20), st.integers(1, 4))
def test_without_leaves_what_is_not_known(values, known, chunks):
    batch = distinct(_table(values, chunks))
    result = without(batch, _table([(key, "") for key in known]).select(["id", "observed_at"]))
    assert [key for key in _keys(batch) if key not in set(known)] == _keys(result)


def test_known_keys_may_come_as_large_strings():
    """A scan may answer with 64-bit offsets: the comparison is of values."""
    batch = _table([(("t1_a", 1), "x"), (("t1_b", 1), "y")])
    known = pa.table(
        {
            "id": pa.array(["t1_a"], pa.large_string()),
            "observed_at": pa.array([1], TIMESTAMP),
        }
    )
    assert _keys(without(batch, known)) == [("t1_b", 1)]
