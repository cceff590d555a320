import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from wsb_lake.errors import QueryError
from wsb_lake.printing import TABLE_ROWS, print_result

RESULT = pa.table(
    {
        "id": ["t1_a", None],
        "at": pa.array([0, 1_000], pa.timestamp("us", tz="UTC")),
        "body": ['a "quoted",\nbody', "\x1b[31mred [bold]\x07"],
    }
)


def _printed(result, form):
    out = io.StringIO()
    print_result(result.schema, result.to_batches(), form, out)
    return out.getvalue()


def test_json_is_one_document():
    """Times are instants as the contract writes them."""
    rows = json.loads(_printed(RESULT, "json"))
    assert [r["at"] for r in rows] == ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"]
    assert RESULT["body"].to_pylist() == [row["body"] for row in rows]


def test_csv_reads_back():
    """Quotes and newlines survive."""
    rows = list(csv.reader(io.StringIO(_printed(RESULT, "csv"))))
    assert rows[0] == ["id", "at", "body"]
    assert rows[1][2] == 'a "quoted",\nbody'


def test_no_escape_sequence_reaches_the_terminal():
    """Bodies come from strangers: neither control characters nor markup work in a table."""
    text = _printed(RESULT, "table")
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]" in text


def test_a_long_table_says_how_to_see_the_rest():
    """A person's screen is spared; nothing is left out silently."""
    text = _printed(pa.table({"n": range(TABLE_ROWS + 5)}), "table")
    assert f"more than these {TABLE_ROWS}" in text
    assert "more than" not in _printed(pa.table({"n": range(TABLE_ROWS)}), "table")


def test_columns_of_one_name_are_all_there():
    """SELECT a, a gives two columns."""
    result = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    assert json.loads(_printed(result, "json")) == [{"n": 1, "n_2": 2}]


def test_sums_are_numbers():
    """DuckDB sums integers into decimals."""
    result = pa.table({"n": [Decimal(3)], "share": [Decimal("0.5")]})
    assert json.loads(_printed(result, "json")) == [{"n": 3, "share": 0.5}]


def test_a_lone_carriage_return_is_no_end_of_a_csv_row():
    """Python's csv does not quote it by itself."""
    text = _printed(pa.table({"body": ["a\rb"], "n": [1]}), "csv")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["body", "n"], ["a\rb", "1"]]


def test_a_time_that_python_does_not_have_is_a_sentence():
    """DuckDB knows infinity and the year 20000."""
    times = pa.table({"at": pa.array([2**62], pa.timestamp("us", tz="UTC"))})
    with pytest.raises(QueryError, match="beyond the year 9999"):
        _printed(times, "json")


def test_an_empty_result_is_an_empty_document():
    """No row is still an answer."""
    assert json.loads(_printed(RESULT.slice(0, 0), "json")) == []
