"""Rows: observations as the audit compares them."""

from typing import Any, NamedTuple

Row = dict[str, Any]  # an observation without what is null in it


class Identity(NamedTuple):
    """What makes an observation one and the same."""

    id: str
    observed_at: str


def identity_of(row: Row) -> Identity:
    """Return what identifies an observation."""
    return Identity(str(row.get("id")), str(row.get("observed_at")))


def without_nulls(row: Row) -> Row:
    """Return a record as a row: what is null and what is not there are one."""
    return {name: value for name, value in row.items() if value is not None}


def passes(row: Row, min_score: int) -> bool:
    """Say whether the filter has to pass it: the sticky rule in its plainest words."""
    if row.get("kind") != "comment" or row.get("state") != "live":
        return True
    return (row.get("peak_score") or 0) >= min_score
