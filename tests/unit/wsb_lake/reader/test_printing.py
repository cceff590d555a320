import csv
import io
import json
from decimal import Decimal

import pytest

from wsb_lake.reader.printing import TABLE_ROWS, print_result

NAMES = ["id", "score", "body"]
ROWS = [("t1_a", 12, 'a "quoted",\nbody'), (None, None, "\x1b[31mred [bold]\x07")]


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")


def _printed(names, rows, form):
    out = io.StringIO()
    print_result(names, iter(rows), form, out)
    return out.getvalue()


def test_json_is_one_document():
    rows = json.loads(_printed(NAMES, ROWS, "json"))
    assert rows == [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    assert json.loads(_printed(NAMES, [], "json")) == []


def test_csv_reads_back():
    rows = list(csv.reader(io.StringIO(_printed(NAMES, ROWS, "csv"))))
    assert rows[0] == NAMES
    assert rows[1][2] == 'a "quoted",\nbody'


def test_a_table_is_aligned_numbers_to_the_right():
    """Two columns of a terminal for a wide character, none for an accent of its own."""
    rows = [("a🚀", 5, "x"), ("abe\u0301", 12, "y")]
    assert _printed(NAMES, rows, "table") == (
        "id   score  body\n────────────────\na🚀      5  x   \nabe\u0301     12  y   \n"
    )


def test_a_table_fits_the_terminal():
    """The widest column gives way, and shows that it does."""
    lines = _printed(NAMES, [("t1_a", 1, "x" * 500), ("t1_b", 2, "y")], "table").splitlines()
    assert [len(line) for line in lines] == [60] * 4
    assert lines[2].endswith("xx…")


def test_an_empty_table_shows_its_columns():
    assert _printed(NAMES, [], "table") == "id  score  body\n───────────────\n"


def test_no_escape_sequence_reaches_the_terminal():
    """Bodies come from strangers: control characters do not work in a table."""
    text = _printed(NAMES, ROWS, "table")
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]" in text
    assert len(text.splitlines()) == 4


def test_a_long_table_says_how_to_see_the_rest():
    """A person's screen is spared; nothing is left out silently."""
    rows = [(n,) for n in range(TABLE_ROWS + 5)]
    assert f"more than these {TABLE_ROWS}" in _printed(["n"], rows, "table")
    assert "more than" not in _printed(["n"], rows[:TABLE_ROWS], "table")


def test_numbers_are_json_numbers():
    """DuckDB has decimals, and doubles that JSON cannot say."""
    row = (Decimal("1.5"), float("nan"), float("inf"), 2**70)
    assert json.loads(_printed(list("abcd"), [row], "json")) == [
        {"a": 1.5, "b": None, "c": None, "d": 2**70}
    ]


def test_a_lone_carriage_return_is_no_end_of_a_csv_row():
    """Python's csv does not quote it by itself."""
    text = _printed(["body", "n"], [("a\rb", 1)], "csv")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["body", "n"], ["a\rb", "1"]]
