"""Cursor items: cursors as rows of the state table."""

from collections.abc import Iterable

from producer.listings.cursor import Cursor
from producer.state.item import Item, Key, item_of, value_of

PREFIX = "cursor#"


def item_of_cursor(subreddit: str, cursor: Cursor) -> Item:
    """Write a cursor."""
    key = Key(subreddit, f"{PREFIX}{cursor.listing}")
    return item_of(key, cursor.to_dict(), cursor.settled_at)


def cursors_in(items: Iterable[Item]) -> list[Cursor]:
    """Read the cursors among items."""
    mine = (each for each in items if each.key.name.startswith(PREFIX))
    return [Cursor.from_dict(value_of(each)) for each in mine]
