"""Prefix: S3 prefixes with Firehose's expressions, as its documentation defines them."""

from __future__ import annotations

import re
import secrets
import string
from datetime import UTC, datetime

# https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
DEFAULT_TIMESTAMP = "!{timestamp:yyyy/MM/dd/HH/}"
_EXPRESSION = re.compile(r"!\{([^{}:]*):([^{}]*)\}")
_PATTERN_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|([^A-Za-z']+)")
# The part of Java's DateTimeFormatter that prefixes use; YYYY, its week-based year, is refused.
_FIELDS = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y",
    "MM": "%m", "dd": "%d", "DDD": "%j", "HH": "%H", "mm": "%M", "ss": "%S",
}  # fmt: skip
_RANDOM_CHARACTERS = 11


class PrefixError(ValueError):
    """A prefix that Firehose would refuse, or that this emulator does not know."""


def has_expression(prefix: str) -> bool:
    """Return whether the prefix holds a `!{…}`."""
    return "!{" in prefix


def check(prefix: str, error_prefix: str) -> None:
    """Raise PrefixError with one sentence when Firehose would refuse these two together."""
    if has_expression(prefix) and not error_prefix:
        raise PrefixError("ErrorOutputPrefix cannot be empty if Prefix contains expressions")
    if "!{firehose:error-output-type}" in prefix:
        raise PrefixError("Prefix cannot contain !{firehose:error-output-type}")
    if has_expression(error_prefix) and "!{firehose:error-output-type}" not in error_prefix:
        raise PrefixError("ErrorOutputPrefix must contain !{firehose:error-output-type}")
    render(prefix, 0.0, "")
    render(error_prefix, 0.0, "processing-failed")


def render(prefix: str, at: float, error_output_type: str) -> str:
    """Return the prefix for records that arrived at that time (UTC).

    Without any expression Firehose appends `yyyy/MM/dd/HH/`.
    """
    moment = datetime.fromtimestamp(at, UTC)
    if not has_expression(prefix):
        prefix += DEFAULT_TIMESTAMP
    rest = _EXPRESSION.sub("", prefix)
    if has_expression(rest):
        raise PrefixError(f"the expression in {rest!r} is not closed, or nested")
    return _EXPRESSION.sub(lambda m: _value(m[1], m[2], moment, error_output_type), prefix)


def format_timestamp(pattern: str, moment: datetime) -> str:
    """Return the moment in a pattern of Java's DateTimeFormatter; raises PrefixError."""
    parts, position = [], 0
    while position < len(pattern):
        match = _PATTERN_PART.match(pattern, position)
        if match is None:
            raise PrefixError(f"a quote in the timestamp pattern {pattern!r} is not closed")
        parts.append(_part(match, moment))
        position = match.end()
    return "".join(parts)


def _part(match: re.Match[str], moment: datetime) -> str:
    if match[1] is not None:
        return match[1].replace("''", "'") or "'"
    if match[3] is not None:
        return match[3]
    if match[0] not in _FIELDS:
        raise PrefixError(
            f"the timestamp field {match[0]!r} is not known here; known are {', '.join(_FIELDS)}"
        )
    return moment.strftime(_FIELDS[match[0]])


def _value(namespace: str, expression: str, moment: datetime, error_output_type: str) -> str:
    if namespace == "timestamp":
        return format_timestamp(expression, moment)
    if (namespace, expression) == ("firehose", "random-string"):
        letters = string.ascii_letters + string.digits
        return "".join(secrets.choice(letters) for _ in range(_RANDOM_CHARACTERS))
    if (namespace, expression) == ("firehose", "error-output-type"):
        return error_output_type
    raise PrefixError(f"the expression !{{{namespace}:{expression}}} is not known here")
