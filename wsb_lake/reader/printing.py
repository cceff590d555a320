"""Printing: a query's result for a person (table) or for a program (csv, json)."""

import csv
import json
import math
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TextIO

Row = Sequence[object]


FORMATS = ("table", "csv", "json")
TABLE_ROWS = 200  # more is for a program
CELL_WIDTH = 80
COLUMN_WIDTH = 10  # characters; a table is not made narrower than that to fit the terminal


def print_result(names: Sequence[str], rows: Iterable[Row], form: str, out: TextIO) -> None:
    """Write the rows in one of FORMATS, csv and json as they come."""
    plain = ([_plain(value) for value in row] for row in rows)
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[form](names, plain, out)


def _print_table(names: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - csv and json come without its import
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    shown = list(islice(rows, TABLE_ROWS))
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, name in enumerate(names):
        number = any(isinstance(row[place], int | float) for row in shown)
        table.add_column(Text(name), justify="right" if number else "left", max_width=CELL_WIDTH)
    for row in shown:
        table.add_row(*(Text(_cell(each), no_wrap=True, overflow="ellipsis") for each in row))
    terminal = shutil.get_terminal_size((sys.maxsize, 0)).columns  # unless there is none
    Console(file=out, width=max(terminal, len(names) * COLUMN_WIDTH)).print(table)
    if next(rows, None) is not None:
        out.write(f"… and more than these {TABLE_ROWS}: --format csv or json prints all rows\n")


def _print_csv(names: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    # all texts quoted: Python 3.11 does not see that a lone \r needs it
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(names)
    writer.writerows(rows)


def _print_json(names: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    before = "["
    for row in rows:
        record = dict(zip(names, row, strict=True))
        out.write(before + json.dumps(record, ensure_ascii=False, default=str))
        before = ",\n "
    out.write("[]\n" if before == "[" else "]\n")


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no NaN
    if isinstance(value, Decimal):
        return float(value)
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    # Texts come from strangers: what is not printable must not reach a terminal.
    return "".join(c if c.isprintable() else " " for c in str(value)[: CELL_WIDTH + 1])
