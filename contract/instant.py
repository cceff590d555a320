"""Instants: UTC as ISO 8601 with milliseconds, the only form in which time is written."""

import re
from datetime import UTC, datetime

INSTANT_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_INSTANT = re.compile(INSTANT_PATTERN)


def format_instant(unix_seconds: float) -> str:
    """Write seconds since 1970 as e.g. 2021-01-28T14:30:00.000Z, rounded to the millisecond."""
    seconds, milliseconds = divmod(round(unix_seconds * 1000), 1000)
    moment = datetime.fromtimestamp(seconds, UTC)
    # isoformat, not strftime: %Y does not pad years below 1000 on every platform
    return f"{moment.replace(tzinfo=None).isoformat()}.{milliseconds:03d}Z"


def parse_instant(text: str) -> float:
    """Return seconds since 1970; raises ValueError for anything `format_instant` never writes."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"not an instant like 2021-01-28T14:30:00.000Z: {text!r}")
    return datetime.fromisoformat(text).timestamp()
