"""Crossing items: peaks that reached the threshold since the last checkpoint, one row each.

They are written before the record that tells of them. A checkpoint covers them: it holds the rows.
"""

from collections.abc import Iterable, Mapping

from producer.state.item import Item, Key, item_of, value_of

PREFIX = "crossing#"


def crossing_key(subreddit: str, fullname: str) -> Key:
    """Return where an id's peak is."""
    return Key(subreddit, f"{PREFIX}{fullname}")


def items_of_peaks(subreddit: str, peaks: Mapping[str, int], at: float) -> list[Item]:
    """Write peaks by id."""
    return [
        item_of(crossing_key(subreddit, fullname), peak, at) for fullname, peak in peaks.items()
    ]


def peaks_in(items: Iterable[Item]) -> dict[str, int]:
    """Return the peaks by id among items."""
    return {
        each.key.name.removeprefix(PREFIX): value_of(each)
        for each in items
        if each.key.name.startswith(PREFIX)
    }
