"""A benchmark's table is printed as it grows, and its file holds every figure unrounded."""

import json

import pytest

from bench.table import Table


def test_rows_are_printed_below_their_names_and_written_whole(tmp_path, capsys):
    """In the order of the columns, whatever the order of a row's keys."""
    table = Table("send", ["sender", "failing_share", "lost"], folder=tmp_path / "bench")
    table.add({"lost": 0, "sender": "ours", "failing_share": 0.2})
    table.add({"sender": "plain loop", "failing_share": 0.0, "lost": None})
    shown = capsys.readouterr().out.splitlines()
    assert [line.split() for line in shown] == [
        ["sender", "failing_share", "lost"],
        ["ours", "0.2", "0"],
        ["plain", "loop", "0", "-"],
    ]
    assert len({len(line) for line in shown}) == 1
    assert json.loads(table.write().read_text()) == [
        {"sender": "ours", "failing_share": 0.2, "lost": 0},
        {"sender": "plain loop", "failing_share": 0.0, "lost": None},
    ]
    assert table.write().name == "send.json"


def test_a_run_goes_on_from_the_rows_that_were_saved(tmp_path):
    """Without a file there are none."""
    table = Table("recall", ["day", "quota"], folder=tmp_path)
    assert table.saved() == []
    table.add({"day": "quiet", "quota": 30})
    table.save()
    assert Table("recall", ["day", "quota"], folder=tmp_path).saved() == table.rows
    assert table.rows == [{"day": "quiet", "quota": 30}]


def test_a_row_with_other_columns_is_refused(tmp_path):
    """Who reads the file counts on them."""
    table = Table("send", ["sender", "lost"], folder=tmp_path)
    with pytest.raises(ValueError, match="columns"):
        table.add({"sender": "ours"})
