"""Thing: one comment or post as an answer of Reddit's API shows it."""

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from producer.reddit.tombstones import state_in

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)
LAST_INSTANT = 253_402_300_799.0  # the year 9999
KINDS = {"t1_": "comment", "t3_": "post"}


class MalformedThingError(ValueError):
    """An item that cannot become an observation; the message names the field."""


class Thing(NamedTuple):
    """What matters of an item; `raw` is the item itself.

    `id` is its fullname. `score` is None while hidden, `edited_at` when never edited, `post_id` and
    `parent_id` for posts. `text_crc` is of the body or selftext, 0 without one.
    """

    id: str
    kind: str
    created_at: float
    score: int | None
    score_hidden: bool
    state: str
    text_crc: int
    edited_at: float | None
    post_id: str | None
    parent_id: str | None
    raw: Mapping[str, Any]


def thing_of(raw: object) -> Thing:
    """Read one item of a listing; raises MalformedThingError."""
    if not isinstance(raw, dict):
        raise MalformedThingError("item")
    fullname = raw.get("name")
    kind = KINDS.get(fullname[:3]) if isinstance(fullname, str) else None
    if kind is None:
        raise MalformedThingError("name")
    comment = kind == "comment"
    hidden = raw.get("score_hidden" if comment else "hide_score") is True
    text = raw.get("body" if comment else "selftext")
    return Thing(
        id=str(fullname),
        kind=kind,
        created_at=_created_at(raw),
        score=None if hidden else bounded(raw.get("score")),
        score_hidden=hidden,
        state=state_in(raw, kind),
        text_crc=zlib.crc32(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else 0,
        edited_at=instant_in(raw.get("edited")),
        post_id=_fullname(raw, "link_id") if comment else None,
        parent_id=_fullname(raw, "parent_id") if comment else None,
        raw=raw,
    )


def bounded(value: object) -> int | None:
    """Return an integer cut to 32 bits, the contract's width; None for anything else."""
    if type(value) is not int:
        return None
    return max(INT32_MIN, min(INT32_MAX, value))


def instant_in(value: object) -> float | None:
    """Return seconds since 1970; None for `false`, `true` (old edits) and nonsense."""
    if type(value) not in (int, float):
        return None
    return float(value) if 0 < value <= LAST_INSTANT else None  # type: ignore[arg-type, operator]


def _created_at(raw: Mapping[str, Any]) -> float:
    created_at = instant_in(raw.get("created_utc"))
    if created_at is None:
        raise MalformedThingError("created_utc")
    return created_at


def _fullname(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if not isinstance(value, str) or not value:
        raise MalformedThingError(field)
    return value
