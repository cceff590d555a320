"""Printing: a query's result for a person (table) or for a program (csv, json)."""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, TextIO
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Row = Sequence[object]

FORMATS = ("table", "csv", "json")
TABLE_ROWS = 200  # more is for a program
CELL_WIDTH = 80
NARROWEST = 8  # characters; a column is not made narrower to fit the terminal


def print_result(names: Sequence[str], rows: Iterable[Row], form: str, out: TextIO) -> None:
    """Write the rows in one of FORMATS, csv and json as they come."""
    plain = ([_plain(value) for value in row] for row in rows)
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[form](names, plain, out)


def _print_table(names: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    shown = list(islice(rows, TABLE_ROWS))
    cells = [list(names), *([_cell(value) for value in row] for row in shown)]
    widths = _fitting([max(map(_width, column)) for column in zip(*cells, strict=True)])
    right = [
        any(isinstance(value, int | float) for value in column)
        for column in zip(*shown, strict=True)
    ]
    right = right or [False] * len(names)
    cells.insert(1, ["─" * width for width in widths])
    for row in cells:
        padded = map(_padded, row, widths, right)
        out.write("  ".join(padded).rstrip() + "\n")
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


def _width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def _fitting(widths: list[int]) -> list[int]:
    """Make the widest columns narrower until the table fits the terminal, if there is one."""
    room = shutil.get_terminal_size((sys.maxsize, 0)).columns
    fitting = [min(width, CELL_WIDTH) for width in widths]
    while sum(fitting) + 2 * (len(fitting) - 1) > room and max(fitting) > NARROWEST:
        fitting[fitting.index(max(fitting))] -= 1
    return fitting


def _padded(text: str, width: int, right: bool) -> str:  # noqa: FBT001 - one of a row's three maps
    if _width(text) > width:
        while _width(text) >= width:
            text = text[:-1]
        text += "…"
    space = " " * (width - _width(text))
    return space + text if right else text + space
