"""Prefix: S3 prefixes with Firehose's timestamp expressions, as its documentation defines them."""

import re
from datetime import UTC, datetime

# https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
DEFAULT_TIMESTAMP = "!{timestamp:yyyy/MM/dd/HH/}"
ERROR_TYPE = "!{firehose:error-output-type}"
_EXPRESSION = re.compile(r"!\{([^{}]*)\}")
_TIMESTAMP = "timestamp:"
_PATTERN_PART = re.compile(r"([A-Za-z])\1*")
# The part of Java's DateTimeFormatter that is used; YYYY, its week-based year, is refused.
_FIELDS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


class PrefixError(ValueError):
    """A prefix that Firehose would refuse, or that this emulator does not know."""


def has_expression(prefix: str) -> bool:
    """Return whether the prefix holds a `!{…}`."""
    return "!{" in prefix


def check(prefix: str, error_prefix: str) -> None:
    """Raise PrefixError with one sentence when Firehose would refuse these two together."""
    if has_expression(prefix) and not error_prefix:
        raise PrefixError("ErrorOutputPrefix cannot be empty if Prefix contains expressions")
    if ERROR_TYPE in prefix:
        raise PrefixError(f"Prefix cannot contain {ERROR_TYPE}")
    if has_expression(error_prefix) and ERROR_TYPE not in error_prefix:
        raise PrefixError(f"ErrorOutputPrefix must contain {ERROR_TYPE}")
    render(prefix, 0.0)
    render(error_prefix.replace(ERROR_TYPE, ""), 0.0)


def render(prefix: str, at: float) -> str:
    """Return the prefix for records that arrived at that time (UTC).

    Without any expression Firehose appends `yyyy/MM/dd/HH/`.
    """
    moment = datetime.fromtimestamp(at, UTC)
    if not has_expression(prefix):
        prefix += DEFAULT_TIMESTAMP
    rest = _EXPRESSION.sub("", prefix)
    if has_expression(rest):
        raise PrefixError(f"the expression in {rest!r} is not closed, or nested")
    return _EXPRESSION.sub(lambda found: _value(found[1], moment), prefix)


def _value(expression: str, moment: datetime) -> str:
    pattern = expression.removeprefix(_TIMESTAMP)
    if pattern == expression or "'" in pattern:
        raise PrefixError(f"the expression !{{{expression}}} is not known here")
    return _PATTERN_PART.sub(lambda found: _field(found[0], moment), pattern)


def _field(name: str, moment: datetime) -> str:
    if name not in _FIELDS:
        raise PrefixError(
            f"the timestamp field {name!r} is not known here; known are {', '.join(_FIELDS)}"
        )
    return moment.strftime(_FIELDS[name])
