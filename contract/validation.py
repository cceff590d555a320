"""Validation: the first reason why a record is not a valid observation, or none.

A reason is a short code that a dead letter carries: `oversize` (Firehose would refuse it),
`not_utf8`, `many_lines` (the lake's files hold one record a line), `too_complex` (a parser could
choke on it), `not_json_object`, `missing:<field>`, `bad_type:<field>` or `bad_value:<field>`.
Fields are checked in the order of the schema, `kind` before all others, since it says which
fields the record must have. Unknown fields are ignored. The Flink application says the same of
every record in SQL.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from contract.instant import parse_instant
from contract.schema import SCHEMA, Field, Schema

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)
LINE_BYTES_MAX = 1_024_000  # Firehose refuses a larger record
BRACKETS_MAX = 500  # objects and arrays in a line; Java's stack and Python's end somewhere above
DIGITS_MAX = 10_000  # in a row; Java takes seconds to read a million
NUMBER_DIGITS_MAX = 308  # of a whole number; a double holds no more
NUMBER_LIMIT: int = 10**NUMBER_DIGITS_MAX

BLANKS = " \t\r\n"  # what JSON ignores between its tokens
STRINGS = r'"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"'  # Java reads both patterns alike
LONG_NUMBER = rf"(?<![0-9])[0-9]{{{DIGITS_MAX + 1}}}"


class DecodedLine(NamedTuple):
    """What a line says: a valid observation, or the reason why it is none."""

    record: Mapping[str, Any]
    problem: str | None


def decode_line(line: bytes, schema: Schema = SCHEMA) -> DecodedLine:
    """Decode these bytes; `record` is empty unless they are a valid observation."""
    if len(line) > LINE_BYTES_MAX:
        return DecodedLine({}, "oversize")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return DecodedLine({}, "not_utf8")
    if "\n" in text.strip(BLANKS):
        return DecodedLine({}, "many_lines")
    if _is_too_complex(text):
        return DecodedLine({}, "too_complex")
    try:
        record = json.loads(text, parse_constant=_refuse_constant, parse_int=_read_int)
    except ValueError:
        return DecodedLine({}, "not_json_object")
    problem = problem_of(record, schema)
    return DecodedLine({}, problem) if problem else DecodedLine(record, None)


def problem_of_line(line: bytes, schema: Schema = SCHEMA) -> str | None:
    """Return the reason why these bytes are not a valid observation, or None."""
    return decode_line(line, schema).problem


def problem_of(record: object, schema: Schema = SCHEMA) -> str | None:
    """Return the reason why this decoded record is not a valid observation, or None."""
    if not isinstance(record, dict):
        return "not_json_object"
    fields = {field.name: field for field in schema.fields}
    kind_problem = _problem_of_field(fields["kind"], record)
    if kind_problem:
        return kind_problem
    problems = (_problem_of_field(field, record) for field in schema.of_kind(record["kind"]))
    return next((problem for problem in problems if problem), None)


def _problem_of_field(field: Field, record: Mapping[str, Any]) -> str | None:
    if field.name not in record:
        return f"missing:{field.name}" if field.required else None
    value = record[field.name]
    if value is None:
        return None if field.nullable else f"bad_type:{field.name}"
    if not _has_type(field.type, value):
        return f"bad_type:{field.name}"
    if field.enum and value not in field.enum:
        return f"bad_value:{field.name}"
    return f"bad_value:{field.name}" if _is_bad_value(field, value) else None


def _has_type(name: str, value: object) -> bool:
    match name:
        case "integer":
            return type(value) is int and INT32_MIN <= value <= INT32_MAX
        case "number":
            return _is_finite_number(value)
        case "boolean":
            return type(value) is bool
        case _:
            return type(value) is str


def _is_finite_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)  # json reads 1e400 as infinite
    return type(value) is int and abs(value) < NUMBER_LIMIT


def _is_bad_value(field: Field, value: object) -> bool:
    if field.name == "id":
        return value == ""
    if field.type != "timestamp":
        return False
    try:
        parse_instant(str(value))
    except ValueError:
        return True
    return False


def _is_too_complex(text: str) -> bool:
    if text.count("[") + text.count("{") <= BRACKETS_MAX and len(text) <= DIGITS_MAX:
        return False
    bare = re.sub(STRINGS, '""', text)
    return bare.count("[") + bare.count("{") > BRACKETS_MAX or bool(re.search(LONG_NUMBER, bare))


def _read_int(text: str) -> float:
    # beyond every type of ours; Python itself would raise from 4300 digits on
    return int(text) if len(text) <= NUMBER_DIGITS_MAX + 1 else math.inf


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
