"""Printing: a query's result for a person (table) or for a program (csv, json)."""

from __future__ import annotations

import csv
import json
import math
import sys
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

FORMATS = ("table", "csv", "json")
TABLE_ROWS = 200  # more is for a program
CELL_CHARACTERS = 80


def print_result(result: pa.Table, form: str, out: TextIO = sys.stdout) -> None:
    """Write the result in one of FORMATS."""
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[form](result, out)


def _print_table(result: pa.Table, out: TextIO) -> None:
    table = Table()
    for field in result.schema:
        right = any(kind in str(field.type) for kind in ("int", "float", "double", "decimal"))
        table.add_column(Text(field.name), justify="right" if right else "left")
    for row in _rows(result.slice(0, TABLE_ROWS)):
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console = Console(file=out)
    console.print(table)
    if len(result) > TABLE_ROWS:
        more = len(result) - TABLE_ROWS
        console.print(f"… and {more} more rows: --format csv or json prints them all")


def _print_csv(result: pa.Table, out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(result.column_names)
    writer.writerows(row.values() for row in _rows(result))


def _print_json(result: pa.Table, out: TextIO) -> None:
    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in _rows(result))
    out.write("[" + ",\n ".join(lines) + "]\n")


def _rows(result: pa.Table) -> Iterator[Mapping[str, object]]:
    # A query may name two columns alike: a row as a dict must not lose one.
    names = _unique(result.column_names)
    for batch in result.rename_columns(names).to_batches():
        for row in batch.to_pylist():
            yield {name: _plain(value) for name, value in row.items()}


def _unique(names: Iterable[str]) -> list[str]:
    seen: list[str] = []
    for name in names:
        number = 2
        candidate = name
        while candidate in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.append(candidate)
    return seen


def _plain(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        return format_instant(value.timestamp())
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no NaN
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    # Texts come from strangers: what is not printable must not reach a terminal.
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
