"""Sighting: what an item of an answer changes in what is known, and whether that is recorded."""

from typing import NamedTuple

from producer.looks.known import Known
from producer.reddit.thing import Thing
from producer.reddit.tombstones import ABSENT, LIVE, is_absent, settled

LEAST_CHANGE = 3
LEAST_CHANGE_SHARE = 0.1


class Sighting(NamedTuple):
    """The row after a sighting; `emit`: send an observation of it."""

    known: Known
    emit: bool


def see(
    known: Known | None, thing: Thing, *, at: float, scheduled: bool, min_score: int
) -> Sighting:
    """Take in one item of an answer; a scheduled (fixed-age) look is always sent."""
    if known is None:
        return Sighting(_first(thing, at), emit=True)
    state = settled(known.state, thing.state)
    live = state == LIVE
    emit = (
        scheduled
        or state != known.state
        or (live and (thing.text_crc, thing.edited_at) != (known.text_crc, known.edited_at))
        or is_news(known, thing.score, min_score)
    )
    score = known.score if thing.score is None else thing.score
    after = known._replace(
        score=score,
        peak=highest(known.peak, thing.score),
        emitted=score if emit else known.emitted,
        looked_at=at,
        state=state,
        text_crc=thing.text_crc if live else known.text_crc,
        edited_at=thing.edited_at if live else known.edited_at,
        missed_at=None,
    )
    return Sighting(after, emit)


def miss(known: Known, *, at: float) -> Sighting:
    """Take in that an answer lacked this id; sent once, when the absence is certain."""
    if known.state != LIVE:
        return Sighting(known, emit=False)
    if is_absent(known.missed_at, at):
        return Sighting(known._replace(state=ABSENT, looked_at=at), emit=True)
    return Sighting(known._replace(missed_at=known.missed_at or at), emit=False)


def is_news(known: Known, score: int | None, min_score: int) -> bool:
    """Tell whether a score alone is worth a record: first known, first crossing, or moved."""
    if score is None:
        return False
    if known.emitted is None or known.peak is None:
        return True
    if known.peak < min_score <= score:
        return True
    least = max(LEAST_CHANGE, LEAST_CHANGE_SHARE * abs(known.emitted))
    return abs(score - known.emitted) >= least


def highest(peak: int | None, score: int | None) -> int | None:
    """Return the higher of two scores of which either may be unknown."""
    if peak is None or score is None:
        return score if peak is None else peak
    return max(peak, score)


def _first(thing: Thing, at: float) -> Known:
    return Known(
        id=thing.id,
        created_at=thing.created_at,
        post_id=thing.post_id,
        parent_id=thing.parent_id,
        score=thing.score,
        peak=thing.score,
        emitted=thing.score,
        looked_at=at,
        state=thing.state,
        text_crc=thing.text_crc,
        edited_at=thing.edited_at,
        missed_at=None,
    )
