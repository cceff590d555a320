"""Cursor: where the polls of one listing have got to; what a restart goes on from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from producer.gap import Gap

RECENT_IDS = 1500  # more than the 1,000 that Reddit lists: some are deleted, and come back


@dataclass(frozen=True, slots=True)
class Cursor:
    """Without a complete poll there is no cursor.

    `recent` are the ids of complete polls, newest first. `newest_at` is when the newest thing read
    was created. All that was created before `settled_at` was read when nothing could appear late
    any more, but for `gaps`, which are open. Times are Reddit's, in seconds since 1970.
    """

    listing: str
    recent: tuple[str, ...]
    newest_at: float
    settled_at: float
    gaps: tuple[Gap, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "listing": self.listing,
            "recent": list(self.recent),
            "newest_at": self.newest_at,
            "settled_at": self.settled_at,
            "gaps": [gap._asdict() for gap in self.gaps],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            listing=value["listing"],
            recent=tuple(value["recent"]),
            newest_at=value["newest_at"],
            settled_at=value["settled_at"],
            gaps=tuple(Gap(**gap) for gap in value["gaps"]),
        )
