"""Dead letters: records that the filter's judge refuses, so that nothing bad vanishes unseen.

They go the way of every record: the judge says why it refuses them, and its dead letter keeps
them whole. So that they cannot pass for observations, each lacks what the contract requires, or
is longer than it allows. No text that its author wrote is in them, and no author.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from contract import SCHEMA, format_instant, problem_of
from contract.validation import LINE_BYTES_MAX
from producer.delivery.entry import Entry, encode, key_of, whole
from producer.looks.observation import Record

REMEMBERED = 10_000  # ids; whoever is forgotten may be told once more
SHOWN_CHARACTERS = 200  # of a value that could not be read
SHOWN_FIELDS = 100
SHORT_KEY = 64
OVERSIZE = "oversize"  # the judge's word
REFUSED = "refused"
_ODD = re.compile(r"[^!-~]")
# what of an item Reddit calls otherwise than the contract
NAMES = {"name": "id", "created_utc": "created_at", "link_id": "post_id"}
READ = ("name", "created_utc", "link_id", "parent_id")  # nothing personal is in them


class DeadLetter(NamedTuple):
    """What to put on the stream, once for `id`."""

    id: str
    reason: str
    entry: Entry


class Reported:
    """Ids that have had their dead letter: the last so many that came up, oldest first."""

    def __init__(self, ids: Iterable[str] = (), most: int = REMEMBERED) -> None:
        self._ids = OrderedDict.fromkeys(ids)
        self._most = most

    def knows(self, fullname: str) -> bool:
        """Tell whether it has had one; it then counts as just come up."""
        known = fullname in self._ids
        if known:
            self._ids.move_to_end(fullname)
        return known

    def add(self, fullname: str) -> None:
        """Remember it, and forget the oldest for it."""
        self._ids[fullname] = None
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)


def malformed(raw: object, field: str, *, subreddit: str, observed_at: float) -> DeadLetter:
    """Report an item of an answer that cannot become an observation, for want of `field`.

    The record has what could be read; the field itself is missing, and its value is shown as
    text. An item without an id is told once for its field.
    """
    item: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    fullname = item.get("name")
    record: Record = {
        "schema_version": SCHEMA.version,
        "subreddit": subreddit,
        "observed_at": format_instant(observed_at),
    }
    if isinstance(fullname, str) and fullname:
        kind = "comment" if fullname[:3] == "t1_" else "post"
        record |= {"id": fullname[:SHOWN_CHARACTERS], "kind": kind}
    record |= {"cause": "new", "state": "live", "score": None, "score_hidden": False}
    record["peak_score"] = None
    for name in ("link_id", "parent_id"):
        value = item.get(name)
        if isinstance(value, str) and value:
            record[NAMES.get(name, name)] = value[:SHOWN_CHARACTERS]
    created_at = item.get("created_utc")
    if field != "created_utc" and isinstance(created_at, int | float):
        record |= _created_at(created_at)
    told = whole(str(record.get("id", f"an item without {field}")))
    if field != "name":  # it may be an id of a kind that nobody knows
        record.pop(NAMES.get(field, field), None)
    if field in ("name", "item") or problem_of(record) is None:
        record.pop("kind", None)  # no observation is without it
    record["malformed"] = {
        "field": field,
        "value": _shown(item.get(field)) if field in READ else type(raw).__name__,
        "fields": sorted(str(name)[:SHOWN_CHARACTERS] for name in item)[:SHOWN_FIELDS],
    }
    return DeadLetter(told, f"malformed:{field}", Entry(key_of(told), encode(record)))


def oversized(record: Record, size: int) -> DeadLetter:
    """Report a record that Kinesis would not take; `size` is what it has, in bytes.

    Its texts are given as their lengths. It is filled up with blanks to the length from which
    the judge calls a line `oversize`.
    """
    texts = {name: value for name, value in record.items() if _is_text(name, value)}
    lengths = {name: len(value) for name, value in texts.items() if value}
    told = _without_texts(record) | {"oversize": {"bytes": size, "characters": lengths}}
    data = encode(told)
    data = data[:-1] + b" " * (LINE_BYTES_MAX + 1 - len(data)) + b"}"
    return DeadLetter(whole(record["id"]), OVERSIZE, Entry(key_of(record["id"]), data))


def refused(entry: Entry, why: str) -> DeadLetter:
    """Report an entry that Kinesis refuses, whatever it is sent with; `why` is what it says.

    The record is without its `kind`, which the judge misses first.
    """
    try:
        record = json.loads(entry.data)
    except ValueError:
        record = {"id": entry.key}
    told = _without_texts(record)
    kind = told.pop("kind", None)
    told["refused"] = {"kind": kind, "bytes": entry.size, "why": why[:SHOWN_CHARACTERS]}
    fullname = whole(str(record.get("id", entry.key)))
    key = _ODD.sub("?", fullname)[:SHORT_KEY]  # the key itself may be what is refused
    return DeadLetter(fullname, REFUSED, Entry(f"refused-{key}", encode(told)))


def _without_texts(record: Mapping[str, Any]) -> Record:
    return {name: value for name, value in record.items() if not _is_text(name, value)}


def _is_text(name: str, value: object) -> bool:
    long = isinstance(value, str) and len(value) > SHOWN_CHARACTERS
    return long or name in SCHEMA.personal_names()


def _created_at(seconds: float) -> Record:
    try:
        return {"created_at": format_instant(seconds)}
    except (ValueError, OverflowError, OSError):
        return {}


def _shown(value: object) -> str:
    if value is None or isinstance(value, str | int | float):
        return json.dumps(value)[:SHOWN_CHARACTERS]
    return type(value).__name__
