"""Record: one line of a data file, and what is wrong with it; docs/data.md describes the format."""

from itertools import chain
from types import NoneType
from typing import Any

COMMENT = "t1"
POST = "t3"
_MOMENT_MAX = 1e11  # in the year 5138; of milliseconds, in 1973
_NUMBER = (int, float)
_BOTH: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "name": (str,),
    "author": (str, NoneType),
    "created_utc": _NUMBER,
    "edited": _NUMBER,  # False is one
    "permalink": (str,),
    "subreddit": (str,),
    "subreddit_id": (str,),
}
_FIELDS = {
    COMMENT: _BOTH | {"link_id": (str,), "parent_id": (str,), "body": (str,)},
    POST: _BOTH | {"title": (str,), "selftext": (str,), "url": (str,)},
}
_LOOKS = {
    COMMENT: ("seconds", "score", "1 if hidden else 0"),
    POST: ("seconds", "score", "comments", "upvote ratio"),
}
_CHANGE = (_NUMBER, (str,), (str, NoneType), _NUMBER)
_WORDS = {str: "text", int: "a number", NoneType: "null", dict: "an object", list: "a list"}


def mistake_in(record: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return what keeps a record from being played, naming the field; None if nothing does."""
    if not isinstance(record, dict) or record.get("kind") not in (COMMENT, POST):
        return f'it needs a "kind", "{COMMENT}" for a comment or "{POST}" for a post'
    kind = record["kind"]
    parts = {"data": (dict,), "observations": (list,), "changes": (list,)}
    return (
        _wrong_field("", record, parts)
        or _wrong_field("data.", record["data"], _FIELDS[kind])
        or _wrong_value(kind, record["data"])
        or _wrong_look(record["observations"], _LOOKS[kind])
        or _wrong_change(record["changes"])
    )


def _wrong_field(place: str, data: dict[str, Any], fields: dict[str, Any]) -> str | None:
    for field, types in fields.items():
        if field not in data:
            return f"the field {place}{field} is missing"
        if not isinstance(data[field], types):
            wanted = " or ".join(_WORDS[one] for one in types if one is not float)
            return f"{place}{field} must be {wanted}, not {data[field]!r:.40}"
    return None


def _wrong_value(kind: str, data: dict[str, Any]) -> str | None:
    if data["name"] != f"{kind}_{data['id']}":
        return f'data.name must be "{kind}_{data["id"]}", as data.id says'
    if not 0 <= data["created_utc"] < _MOMENT_MAX:
        return f"data.created_utc must be in seconds since 1970, not {data['created_utc']:g}"
    return None


def _wrong_look(looks: list[Any], wanted: tuple[str, ...]) -> str | None:
    is_good = (
        {*map(type, looks)} <= {list}
        and {*map(len, looks)} <= {len(wanted)}
        and {*map(type, chain.from_iterable(looks))} <= {int, float, bool}
    )
    return None if is_good else f"each of observations must be [{', '.join(wanted)}]"


def _wrong_change(changes: list[Any]) -> str | None:
    for change in changes:
        if (
            not isinstance(change, list)
            or len(change) != len(_CHANGE)
            or not all(map(isinstance, change, _CHANGE))
        ):
            return "each of changes must be [seconds, text, author or null, edited or false]"
    return None
