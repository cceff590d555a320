"""Validation: the first reason why a record is not a valid observation, or none.

A reason is a short code that a dead letter carries: `not_utf8`, `not_json_object`,
`missing:<field>`, `bad_type:<field>` or `bad_value:<field>`. Fields are checked in the order
of the schema, `kind` before all others, since it says which fields the record must have.
Unknown fields are ignored. The Flink application says the same of every record in SQL.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from contract.instant import parse_instant
from contract.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract.schema import Field, Schema

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)


def problem_of_line(line: bytes, schema: Schema = SCHEMA) -> str | None:
    """Return the reason why these bytes are not a valid observation, or None."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8"
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return "not_json_object"
    return problem_of(record, schema)


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
            return type(value) in (int, float)
        case "boolean":
            return type(value) is bool
        case _:
            return type(value) is str


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


def _refuse_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise ValueError(msg)
