"""Known: what the producer remembers of one id between looks."""

from typing import NamedTuple


class Known(NamedTuple):
    """One row of a cohort.

    `id` is the fullname. `score`, `peak` and `emitted` (the score last sent) are None while never
    known, `edited_at` when never edited, `post_id` and `parent_id` for posts. `missed_at` is when
    an answer first lacked it, None when the last one had it.
    """

    id: str
    created_at: float
    post_id: str | None
    parent_id: str | None
    score: int | None
    peak: int | None
    emitted: int | None
    looked_at: float
    state: str
    text_crc: int
    edited_at: float | None
    missed_at: float | None

    @property
    def kind(self) -> str:
        """Return `comment` or `post`."""
        return "comment" if self.post_id else "post"
