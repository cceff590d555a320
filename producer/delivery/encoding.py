"""Encoding: a record as the bytes that Kinesis carries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from producer.looks.observation import Record

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(record: Record) -> bytes:
    """Write a record as compact UTF-8 JSON; half a surrogate pair becomes U+FFFD."""
    text = _COMPACT.encode(record)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
