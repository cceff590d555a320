"""Items: cursors and cohorts as rows of the state table.

An item holds its value as compressed JSON: as lists of typed numbers a cohort would be ten
times as large, and DynamoDB bills by the kilobyte.
"""

import json
import zlib
from dataclasses import fields
from typing import Any

from producer.errors import AwsError
from producer.listings.poll import Cursor
from producer.looks.cohort import Cohort

Item = dict[str, dict[str, Any]]
ITEM_BYTES = 390_000  # DynamoDB's limit is 400 KB with the names
KEEP_SECONDS = 14 * 86_400.0  # a producer that was off for longer starts from nothing
COMPRESSION = 1
CURSOR_FIELDS = tuple(field.name for field in fields(Cursor))


def cohort_key(partition: str, name: str) -> Item:
    """Return the key of a cohort."""
    return {"pk": {"S": partition}, "sk": {"S": f"cohort#{name}"}}


def item_of_cohort(partition: str, cohort: Cohort) -> Item:
    """Write a cohort."""
    return _item(cohort_key(partition, cohort.name), cohort.to_dict(), cohort.seen_at)


def cohort_in(item: Item) -> Cohort:
    """Read a cohort."""
    return Cohort.from_dict(_value(item))


def item_of_cursor(partition: str, cursor: Cursor) -> Item:
    """Write a cursor."""
    key = {"pk": {"S": partition}, "sk": {"S": f"cursor#{cursor.listing}"}}
    value = {name: getattr(cursor, name) for name in CURSOR_FIELDS}
    return _item(key, value, cursor.deep_at)


def cursor_in(item: Item) -> Cursor:
    """Read a cursor."""
    value = _value(item)
    return Cursor(**{**value, "recent": tuple(value["recent"])})


def _item(key: Item, value: dict[str, Any], used_at: float) -> Item:
    data = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), COMPRESSION)
    if len(data) > ITEM_BYTES:
        raise AwsError(f"state item {key['sk']['S']} has {len(data)} bytes, above {ITEM_BYTES}")
    return {**key, "data": {"B": data}, "expires_at": {"N": str(int(used_at + KEEP_SECONDS))}}


def _value(item: Item) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(zlib.decompress(item["data"]["B"]))
    return value
