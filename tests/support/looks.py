"""Looks at one thing, live and gone, and which of them a lake holds."""

from tests.support.lake_world import START, observation

STATES = ("deleted", "removed", "absent")
_GONE = {"author": None, "body": None, "cause": "sweep"}


def live(thing, observed, **fields):
    return observation(_kind(thing), thing, observed=observed, **fields)


def tombstone(thing, observed, state="deleted", **fields):
    gone = _GONE if _kind(thing) == "comment" else {**_GONE, "title": None}
    return observation(_kind(thing), thing, observed=observed, state=state, **gone, **fields)


def looks(lake, table="comments"):
    """Return (id, seconds after START, state) of every row, in order."""
    return sorted(
        (row["id"], row["observed_at"].timestamp() - START, row["state"])
        for row in lake.rows(table)
    )


def _kind(thing):
    return "comment" if thing.startswith("t1_") else "post"
