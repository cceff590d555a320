"""Gaps: the holes that the producer itself says are in what it read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from contract import parse_instant
from sandbox.audit.rows import Row

LISTING_OF = {"t1": "comments", "t3": "new"}
CLOSED = "repaired"  # all that was in it has been read; `partial` and `open` flag what was not


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in a listing between two moments of creation, as its last record has it."""

    listing: str
    from_at: float
    to_at: float
    status: str

    def flags(self, fullname: str, created: float) -> bool:
        """Tell whether it says that this thing may be missing."""
        is_open = self.status != CLOSED
        return is_open and self.covers(created) and self.listing == LISTING_OF[fullname[:2]]

    def covers(self, created: float) -> bool:
        """Tell whether it lies about that moment; its repair finds posts with the comments."""
        return self.from_at <= created <= self.to_at


def gaps_of(rows: Iterable[Row]) -> tuple[list[Gap], list[str]]:
    """Return the gaps that records tell of, and the ids of those whose records are not true.

    A gap is opened before it is closed, keeps its listing, never shrinks, and has recovered no more
    than there are things that a repair was the first to read; these were born in some gap.
    """
    records: dict[str, list[Row]] = {}
    repaired: dict[str, float] = {}
    for row in rows:
        if row.get("kind") == "gap":
            records.setdefault(row["id"], []).append(row)
        elif row.get("cause") == "repair":
            repaired[row["id"]] = parse_instant(row["created_at"])
    gaps, untrue = [], []
    for fullname, told in records.items():
        told.sort(key=lambda row: str(row["observed_at"]))
        gaps.append(_gap(told[-1]))
        shrinks = any(
            one["listing"] != other["listing"]
            or one["from_at"] < other["from_at"]
            or one["to_at"] > other["to_at"]
            for one, other in pairwise(told)
        )
        if shrinks or told[0]["status"] != "open" or told[-1]["recovered"] > len(repaired):
            untrue.append(fullname)
    untrue += [
        fullname
        for fullname, created in repaired.items()
        if not any(gap.covers(created) for gap in gaps)
    ]
    return gaps, untrue


def _gap(row: Row) -> Gap:
    return Gap(
        listing=str(row["listing"]),
        from_at=parse_instant(row["from_at"]),
        to_at=parse_instant(row["to_at"]),
        status=str(row["status"]),
    )
