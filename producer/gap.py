"""Gap: a hole in what was read of a listing."""

from enum import StrEnum
from typing import NamedTuple


class GapStatus(StrEnum):
    """What has become of a gap.

    `REPAIRED`: every thread in which something may be missing was read down past the gap's
    beginning. `PARTIAL`: some were not (the requests that one gap may take were spent, an answer
    did not come, or nothing can show the rest, as posts that nobody has commented on).
    """

    OPEN = "open"
    REPAIRED = "repaired"
    PARTIAL = "partial"


class Gap(NamedTuple):
    """A hole: what was created between these two moments was not all read.

    All times are finite, in seconds since 1970; `found_at` is when it was first noticed. `id`
    stays the same while a gap grows, is repaired and closed; `recovered` counts what repair found.
    `late_only`: all was read at least once, but too soon to have seen what Reddit lists late.
    """

    id: str
    listing: str
    found_at: float
    from_at: float
    to_at: float
    status: str = GapStatus.OPEN
    recovered: int = 0
    late_only: bool = False

    def covers(self, moment: float) -> bool:
        """Tell whether what was created then may be missing."""
        return self.from_at <= moment <= self.to_at
