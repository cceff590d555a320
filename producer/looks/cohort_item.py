"""Cohort items: cohorts as rows of the state table."""

from collections.abc import Iterable, Iterator

from producer.looks.cohorts import Kept
from producer.state.item import Item, Key

PREFIX = "cohort#"


def cohort_key(subreddit: str, name: str) -> Key:
    """Return where a cohort is."""
    return Key(subreddit, f"{PREFIX}{name}")


def items_of(subreddit: str, kept: Kept) -> tuple[Item, ...]:
    """Write cohorts."""
    return tuple(
        Item(cohort_key(subreddit, each.name), each.content, each.used_at) for each in kept.items
    )


def cohorts_in(items: Iterable[Item]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the cohorts among items."""
    for each in items:
        if each.key.name.startswith(PREFIX):
            yield each.key.name.removeprefix(PREFIX), each.data
