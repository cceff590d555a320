"""Parsing: observations as lines into Arrow tables, one per kind; what is none is set aside."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from contract import SCHEMA, Field, Schema, decode_line, parse_instant
from wsb_lake.tables.specs import OBSERVATION_TABLES

TIMESTAMP = pa.timestamp("us", tz="UTC")
_ARROW = {
    "int32": pa.int32(),
    "float64": pa.float64(),
    "string": pa.string(),
    "bool": pa.bool_(),
    "timestamp[us, tz=UTC]": TIMESTAMP,
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that the tables cannot hold, and the contract's reason; `number` counts from 1."""

    number: int
    line: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The valid observations by table name, unsorted and with duplicates, and the other lines."""

    tables: Mapping[str, pa.Table]
    rejects: tuple[Reject, ...]


def parse(lines: Iterable[bytes], schema: Schema = SCHEMA) -> Parsed:
    """Return every line either as a row or as a reject, never neither."""
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    rejects: list[Reject] = []
    fields = {kind: schema.of_kind(kind) for kind in schema.kinds}
    for number, line in enumerate(lines, start=1):
        record, reason = decode_line(line, schema)
        if reason is None:
            row, reason = _row(record, fields[record["kind"]])
        if reason is None:
            rows[record["kind"]].append(row)
        else:
            rejects.append(Reject(number, line, reason))
    tables = {
        name: pa.Table.from_pylist(rows[kind], schema=arrow_schema(fields[kind], schema))
        for kind, name in OBSERVATION_TABLES.items()
    }
    return Parsed(tables, tuple(rejects))


def arrow_schema(fields: Iterable[Field], schema: Schema = SCHEMA) -> pa.Schema:
    """Return the Arrow schema of these fields, all nullable."""
    return pa.schema([(field.name, _ARROW[schema.type_in(field, "arrow")]) for field in fields])


def _row(record: Mapping[str, Any], fields: tuple[Field, ...]) -> tuple[dict[str, Any], str | None]:
    """Return a valid record's row, or the reason why no column can hold one of its values."""
    row = {}
    for field in fields:
        value = record.get(field.name)
        if value is not None:
            try:
                row[field.name] = _CONVERT[field.type](value)
            except (OverflowError, UnicodeEncodeError):
                return {}, f"bad_value:{field.name}"
    return row, None


def _microseconds(text: str) -> int:
    return round(parse_instant(text) * 1000) * 1000


def _utf8(text: str) -> str:
    text.encode()  # JSON can spell half a surrogate pair, which is no character
    return text


_CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "integer": int,
    "number": float,
    "string": _utf8,
    "boolean": bool,
    "timestamp": _microseconds,
}
