"""First release: what its producer left in the state table, as this one's items.

A deployment that is updated goes on where it was. Its items carry no version; once their rows are
in other cohorts, or its cursors have moved, nothing is left of them.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from producer.listings.cursor import Cursor
from producer.listings.cursor_item import item_of_cursor
from producer.looks.cohort import encode
from producer.looks.known import Known
from producer.looks.table import NEVER, Table
from producer.reddit.batch import STATE_NUMBERS, UNKNOWN
from producer.state.item import Item

VERSION = 1
COHORT, CURSOR = "cohort#", "cursor#"
LATENESS_SECONDS = 60.0  # how far behind its deepest poll nothing appeared any more


def upgraded(items: Sequence[Item]) -> list[Item]:
    """Return the items of one subreddit, those of the first release in today's form."""
    return [_upgraded(item) if item.version == VERSION else item for item in items]


def _upgraded(item: Item) -> Item:
    value = json.loads(zlib.decompress(item.data))
    if item.key.name.startswith(CURSOR):
        return item_of_cursor(item.key.subreddit, _cursor(value))
    if item.key.name.startswith(COHORT):
        return Item(item.key, _cohort(value["rows"]), item.used_at)
    return item


def _cursor(value: dict[str, Any]) -> Cursor:
    return Cursor(
        listing=value["listing"],
        recent=tuple(value["recent"]),
        newest_at=value["newest_at"],
        settled_at=value["deep_at"] - LATENESS_SECONDS,
    )


def _cohort(rows: list[list[Any]]) -> bytes:
    """Write rows as a cohort's content; two producers may have stored the same id twice."""
    known = list({row[0]: Known._make(row) for row in rows}.values())
    table = Table()
    slots = table.add(
        [each.id for each in known],
        [each.post_id for each in known],
        [each.parent_id for each in known],
    )
    for slot, each in zip(slots.tolist(), known, strict=True):
        table.created_at[slot] = each.created_at
        table.looked_at[slot] = each.looked_at
        table.edited_at[slot] = each.edited_at or NEVER
        table.missed_at[slot] = each.missed_at or NEVER
        table.score[slot] = _number(each.score)
        table.peak[slot] = _number(each.peak)
        table.emitted[slot] = _number(each.emitted)
        table.text_crc[slot] = each.text_crc
        table.state[slot] = STATE_NUMBERS[each.state]
    return encode(table, slots, revision=0)


def _number(score: int | None) -> int:
    return UNKNOWN if score is None else score
