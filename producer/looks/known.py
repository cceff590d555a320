"""Known: what the producer remembers of one id between looks."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """One row of a cohort.

    `score`, `peak` and `emitted` (the score last sent) are None while never known.
    `missed_at` is when an answer first lacked it, 0 when the last one had it.
    """

    id: str
    created_at: float
    post_id: str
    parent_id: str
    score: int | None
    peak: int | None
    emitted: int | None
    looked_at: float
    state: str
    text_crc: int
    edited_at: float
    missed_at: float

    @property
    def kind(self) -> str:
        """Return `comment` or `post`."""
        return "comment" if self.post_id else "post"
