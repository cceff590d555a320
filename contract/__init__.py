"""The contract: the one schema of what flows, and the instants and clocks every package shares."""

from contract.clock import Clock, FileClock, SystemClock, clock_from_environment
from contract.instant import format_instant, parse_instant
from contract.schema import SCHEMA, Field, Schema, load_schema
from contract.validation import problem_of, problem_of_line, read_line

__all__ = [
    "SCHEMA",
    "Clock",
    "Field",
    "FileClock",
    "Schema",
    "SystemClock",
    "clock_from_environment",
    "format_instant",
    "load_schema",
    "parse_instant",
    "problem_of",
    "problem_of_line",
    "read_line",
]
