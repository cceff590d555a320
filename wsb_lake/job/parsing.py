"""Parsing: observations as lines into Arrow tables, one per kind; what is none is set aside."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from contract import SCHEMA, decode_line, parse_instant
from contract.record import INT32_MAX
from wsb_lake.tables.specs import OBSERVATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contract import Field, Schema

TIMESTAMP = pa.timestamp("us", tz="UTC")
_ARROW = {
    "int32": pa.int32(),
    "float64": pa.float64(),
    "string": pa.string(),
    "bool": pa.bool_(),
    "timestamp[us, tz=UTC]": TIMESTAMP,
}


INT32_DIGITS_MAX = 10
_OF_A_FIELD = ("missing:", "bad_type:", "bad_value:")


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that the tables cannot hold, and the contract's reason; `number` counts from 1."""

    number: int
    line: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The valid observations by table name, unsorted and with duplicates, and the other lines.

    `newest_version` is the highest `schema_version` among all lines that have one, valid or not;
    `is_last` says that no more of the lines' object follows.
    """

    tables: Mapping[str, pa.Table]
    rejects: tuple[Reject, ...]
    newest_version: int = 0
    is_last: bool = False

    def with_reject(self, reject: Reject) -> Parsed:
        """Return the same with one line more that is none."""
        return replace(self, rejects=(*self.rejects, reject))

    def as_last(self) -> Parsed:
        """Return the same as the last of its object."""
        return replace(self, is_last=True)


def parse(lines: Iterable[bytes], schema: Schema = SCHEMA, first: int = 1) -> Parsed:
    """Return every line either as a row or as a reject, never neither; numbered from `first`."""
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    rejects: list[Reject] = []
    fields = {kind: schema.of_kind(kind) for kind in schema.kinds}
    newest_version = 0
    for number, line in enumerate(lines, start=first):
        record, reason = decode_line(line, schema)
        version = record["schema_version"] if reason is None else _version(line, reason)
        newest_version = max(newest_version, version)
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
    return Parsed(tables, tuple(rejects), newest_version)


def _version(line: bytes, reason: str) -> int:
    """Return what a line that is no observation to us says its contract's version is, or 0."""
    if not reason.startswith(_OF_A_FIELD):
        return 0  # no JSON object
    version = json.loads(line, parse_int=_small_int).get("schema_version")
    return version if type(version) is int and 0 < version <= INT32_MAX else 0


def _small_int(text: str) -> int:
    return int(text) if len(text) <= INT32_DIGITS_MAX else 0  # Python refuses the longest


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
