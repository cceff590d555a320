"""Printing: a query's result for a person (table) or for a program (csv, json)."""

from __future__ import annotations

import csv
import json
import math
import sys
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract import format_instant
from wsb_lake.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    Row = Mapping[str, object]

FORMATS = ("table", "csv", "json")
TABLE_ROWS = 200  # more is for a program
CELL_CHARACTERS = 80


def print_result(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], form: str, out: TextIO = sys.stdout
) -> None:
    """Write the rows in one of FORMATS, as they come; raises QueryError for a time too far."""
    # A query may name two columns alike: a row as a dict must not lose one.
    rows = _rows(_unique(schema.names), batches)
    try:
        {"table": _print_table, "csv": _print_csv, "json": _print_json}[form](schema, rows, out)
    except OverflowError as error:
        raise QueryError(f"a time is beyond the year 9999, cast it to varchar: {error}") from error


def _print_table(schema: pa.Schema, rows: Iterator[Row], out: TextIO) -> None:
    table = Table()
    for field in schema:
        right = any(kind in str(field.type) for kind in ("int", "float", "double", "decimal"))
        table.add_column(Text(field.name), justify="right" if right else "left")
    for row in islice(rows, TABLE_ROWS):
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console = Console(file=out)
    console.print(table)
    if next(rows, None) is not None:
        console.print(f"… and more than these {TABLE_ROWS}: --format csv or json prints all rows")


def _print_csv(schema: pa.Schema, rows: Iterator[Row], out: TextIO) -> None:
    # all texts quoted: Python 3.11 does not see that a lone \r needs it
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(schema.names)
    writer.writerows(row.values() for row in rows)


def _print_json(_schema: pa.Schema, rows: Iterator[Row], out: TextIO) -> None:
    before = "["
    for row in rows:
        out.write(before + json.dumps(row, ensure_ascii=False, default=str))
        before = ",\n "
    out.write("[]\n" if before == "[" else "]\n")


def _rows(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    for batch in batches:
        for row in batch.rename_columns(names).to_pylist():
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
    if isinstance(value, Decimal):  # DuckDB's sums of integers
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    # Texts come from strangers: what is not printable must not reach a terminal.
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
