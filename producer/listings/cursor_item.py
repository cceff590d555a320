"""Cursor items: cursors as rows of the state table."""

from collections.abc import Iterable
from dataclasses import asdict

from producer.listings.poll import Cursor
from producer.state.item import Item, Key, item_of, value_of

PREFIX = "cursor#"


def item_of_cursor(subreddit: str, cursor: Cursor) -> Item:
    """Write a cursor."""
    key = Key(subreddit, f"{PREFIX}{cursor.listing}")
    return item_of(key, asdict(cursor), cursor.deep_at)


def cursors_in(items: Iterable[Item]) -> list[Cursor]:
    """Read the cursors among items."""
    values = [value_of(each) for each in items if each.key.name.startswith(PREFIX)]
    return [Cursor(**{**value, "recent": tuple(value["recent"])}) for value in values]
