"""Item: one row of the state table, whatever it holds.

An item's data is for whoever wrote it: the looks' cohorts, the listings' cursors. Most of it is
compressed JSON: as lists of typed numbers a cohort would be ten times as large, and DynamoDB
bills by the kilobyte.
"""

import json
import zlib
from typing import Any, NamedTuple

from producer.errors import AwsError

STATE_VERSION = 2  # of all items together; 1 is what carries no version and no fence
ITEM_BYTES = 390_000  # DynamoDB's limit is 400 KB with the names
KEEP_SECONDS = 14 * 86_400.0  # a producer that was off for longer starts from nothing
COMPRESSION = 1


class Key(NamedTuple):
    """Where an item is: `name` is `cohort#…`, `cursor#…` or `crossing#…`."""

    subreddit: str
    name: str


class Item(NamedTuple):
    """An item; it expires a fortnight after `used_at`, seconds since 1970."""

    key: Key
    data: bytes
    used_at: float
    version: int = STATE_VERSION


def item_of(key: Key, value: object, used_at: float) -> Item:
    """Make an item of a JSON value; raises AwsError for one that DynamoDB would never take."""
    data = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), COMPRESSION)
    if len(data) > ITEM_BYTES:
        raise AwsError(f"state item {key.name} has {len(data)} bytes, above {ITEM_BYTES}")
    return Item(key, data, used_at)


def value_of(item: Item) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value that `item_of` was given."""
    return json.loads(zlib.decompress(item.data))
