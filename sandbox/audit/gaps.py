"""Gaps: the holes that the producer itself says are in what it read."""

from collections.abc import Iterable
from dataclasses import dataclass

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
        is_inside = self.from_at <= created <= self.to_at
        return is_open and is_inside and self.listing == LISTING_OF[fullname[:2]]


def gaps_of(rows: Iterable[Row]) -> tuple[list[Gap], list[str]]:
    """Return the gaps that records tell of, and the ids of those whose records are not true.

    A gap is opened before it is closed, keeps its listing and its bounds, and has recovered no
    more than there are things that a repair was the first to read.
    """
    records: dict[str, list[Row]] = {}
    repaired: set[str] = set()
    for row in rows:
        if row.get("kind") == "gap":
            records.setdefault(row["id"], []).append(row)
        elif row.get("cause") == "repair":
            repaired.add(row["id"])
    gaps, untrue = [], []
    for fullname, told in records.items():
        told.sort(key=lambda row: str(row["observed_at"]))
        gaps.append(_gap(told[-1]))
        bounds = {(row["listing"], row["from_at"], row["to_at"]) for row in told}
        if len(bounds) > 1 or told[0]["status"] != "open" or told[-1]["recovered"] > len(repaired):
            untrue.append(fullname)
    return gaps, untrue


def _gap(row: Row) -> Gap:
    return Gap(
        listing=str(row["listing"]),
        from_at=parse_instant(row["from_at"]),
        to_at=parse_instant(row["to_at"]),
        status=str(row["status"]),
    )
