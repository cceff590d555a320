"""The contract: the one schema of what flows, and the instants every package shares."""

from contract.instant import format_instant, parse_instant
from contract.schema import SCHEMA, Field, Schema, load_schema
from contract.validation import decode_line, problem_of, problem_of_line

__all__ = [
    "SCHEMA",
    "Field",
    "Schema",
    "decode_line",
    "format_instant",
    "load_schema",
    "parse_instant",
    "problem_of",
    "problem_of_line",
]
