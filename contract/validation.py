"""Validation: the one definition of a valid observation, and the reasons of dead letters.

The Flink application and the lake job ask the same function. It takes time in proportion to the
line's bytes, whatever they are.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from contract.record import NUMBER_DIGITS_MAX, RecordJudge
from contract.schema import SCHEMA, Schema

LINE_BYTES_MAX = 1_024_000  # Firehose refuses a larger record
BRACKETS_MAX = 500  # objects and arrays in a line; Python's stack ends at some 1,000
DIGITS_MAX = 10_000  # in a row; who reads a number of a million digits takes seconds

# The last three are told with their field: `missing:score`.
REASONS: Mapping[str, str] = {
    "oversize": "longer than Firehose takes",
    "not_utf8": "its bytes are no text",
    "many_lines": "a line break inside, which would tear it apart in a file of one record a line",
    "too_complex": "a parser could choke on it",
    "not_json_object": "no JSON object and nothing else",
    "missing": "a required field is not there",
    "bad_type": "a field's value is of another type",
    "bad_value": "a field's value is of its type and yet impossible, or breaks a rule",
}

BLANKS = " \t\r\n"  # what JSON ignores between its tokens
# a string that does not end ends with the line, or each of its quotes would begin another try
_STRING = re.compile(r'"[^"\\]*+(?:\\(?:[\s\S]|\Z)[^"\\]*+)*+(?:"|\Z)')
_LONG_NUMBER = re.compile(rf"(?<![0-9])[0-9]{{{DIGITS_MAX + 1}}}")
INT_DIGITS_MAX = 4_000  # so many Python reads at once
_JUDGE = RecordJudge(SCHEMA)


class DecodedLine(NamedTuple):
    """What a line says: a valid observation, or the reason why it is none."""

    record: Mapping[str, Any]
    problem: str | None


def decode_line(
    line: bytes, schema: Schema = SCHEMA, *, arrived_at: float | None = None
) -> DecodedLine:
    """Decode these bytes; `record` is empty unless they are a valid observation.

    `arrived_at`: when the stream took the line (Unix seconds); None: not known, not judged by.
    """
    if len(line) > LINE_BYTES_MAX:
        return DecodedLine({}, "oversize")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return DecodedLine({}, "not_utf8")
    if "\n" in text and "\n" in text.strip(BLANKS):
        return DecodedLine({}, "many_lines")
    if _is_too_complex(text):
        return DecodedLine({}, "too_complex")
    try:
        record = (_LONG if len(text) > INT_DIGITS_MAX else _SHORT).decode(text)
    except ValueError:
        return DecodedLine({}, "not_json_object")
    judge = _JUDGE if schema is SCHEMA else RecordJudge(schema)
    problem = judge.problem(record, arrived_at, escaped="\\u" in text)
    return DecodedLine({}, problem) if problem else DecodedLine(record, None)


def problem_of_line(line: bytes, *, arrived_at: float | None = None) -> str | None:
    """Return the reason why these bytes are not a valid observation, or None."""
    return decode_line(line, arrived_at=arrived_at).problem


def problem_of(record: object, *, arrived_at: float | None = None) -> str | None:
    """Return the reason why this decoded record is not a valid observation, or None."""
    return _JUDGE.problem(record, arrived_at)


def _is_too_complex(text: str) -> bool:
    brackets = text.count("[") + text.count("{")
    if brackets <= BRACKETS_MAX and (len(text) <= DIGITS_MAX or not _LONG_NUMBER.search(text)):
        return False
    bare = _STRING.sub('""', text)
    return bare.count("[") + bare.count("{") > BRACKETS_MAX or bool(_LONG_NUMBER.search(bare))


def _read_int(text: str) -> float:
    # beyond every type of ours; Python takes quadratic time and from 4,300 digits on raises
    return int(text) if len(text) <= NUMBER_DIGITS_MAX + 1 else math.inf


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# a function for each whole number costs a fifth of the speed: only lines that may need it pay
_SHORT = json.JSONDecoder(parse_constant=_refuse_constant)
_LONG = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_read_int)
