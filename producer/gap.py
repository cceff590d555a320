"""Gap: a hole in what was read of a listing."""

from typing import NamedTuple


class Gap(NamedTuple):
    """A hole: what Reddit listed between these two moments was not all read.

    All times are finite, in seconds since 1970; `found_at` is when it was noticed.
    """

    id: str
    listing: str
    found_at: float
    from_at: float
    to_at: float
