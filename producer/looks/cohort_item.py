"""Cohort items: cohorts as rows of the state table."""

from collections.abc import Iterable

from producer.looks.cohort import Cohort
from producer.state.item import Item, Key, item_of, value_of

PREFIX = "cohort#"


def cohort_key(subreddit: str, name: str) -> Key:
    """Return where a cohort is."""
    return Key(subreddit, f"{PREFIX}{name}")


def item_of_cohort(subreddit: str, cohort: Cohort) -> Item:
    """Write a cohort."""
    return item_of(cohort_key(subreddit, cohort.name), cohort.to_dict(), cohort.seen_at)


def cohorts_in(items: Iterable[Item]) -> list[Cohort]:
    """Read the cohorts among items."""
    return [Cohort.from_dict(value_of(each)) for each in items if each.key.name.startswith(PREFIX)]
