"""Sighting: what an answer changes in what is known, and which of its rows are news.

Pure functions over columns. A row is news when a fixed age lies behind it that the look before did
not see, or on its first known score, first crossing, changed state or text, or a score that moved
by three points or a tenth since one was sent.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from producer.looks.table import NEVER, Rows, Slots, Table
from producer.reddit.batch import ABSENT_CODE, DELETED_CODE, LIVE_CODE, UNKNOWN
from producer.reddit.tombstones import ABSENCE_SECONDS

LEAST_CHANGE = 3
LEAST_CHANGE_SHARE = 0.1

Mask = NDArray[np.bool_]


class Shown(NamedTuple):
    """What an answer shows of rows: UNKNOWN scores, edits at NEVER."""

    scores: NDArray[np.int32]
    states: NDArray[np.uint8]
    text_crcs: NDArray[np.uint32]
    edited_at: NDArray[np.float64]


class Rule(NamedTuple):
    """The fixed ages in seconds, ascending, and the threshold."""

    ages: NDArray[np.float64]
    min_score: int


class Change(NamedTuple):
    """Which rows are news, crossed the threshold for the first time, and need to be kept.

    `keep`: a crash would cost more than an early look. `skipped` counts fixed ages that the look
    behind a later one covered.
    """

    emit: Mask
    crossed: Mask
    keep: Mask
    skipped: int = 0


def see_first(table: Table, slots: Slots, shown: Shown, at: float, min_score: int) -> Change:
    """Take in rows that were never seen before; all of them are news."""
    rows = table.read(slots)
    for name in ("score", "peak", "emitted"):
        rows[name] = shown.scores
    rows["looked_at"] = at
    rows["state"] = shown.states
    rows["text_crc"] = shown.text_crcs
    rows["edited_at"] = shown.edited_at
    table.write(slots, rows)
    every = np.ones(len(slots), np.bool_)
    return Change(every, shown.scores >= min_score, every)


def see_again(table: Table, slots: Slots, shown: Shown, at: float, rule: Rule) -> Change:
    """Take in rows that were seen before."""
    rows = table.read(slots)
    old_state, old_peak, missed_at = rows["state"].copy(), rows["peak"].copy(), rows["missed_at"]
    known = shown.scores != UNKNOWN
    # an author's deletion is final: a cache may still show the text
    state = np.where(old_state == DELETED_CODE, old_state, shown.states)
    live = state == LIVE_CODE
    other_text = (rows["text_crc"] != shown.text_crcs) | (rows["edited_at"] != shown.edited_at)
    peak = np.maximum(old_peak, shown.scores)  # UNKNOWN is lower than any score
    passed = _passed(rows, at, rule.ages)
    emit = (
        (passed > 0) & (state != DELETED_CODE)
        | (state != old_state)
        | (live & other_text)
        | (known & is_news(rows["emitted"], old_peak, shown.scores, rule.min_score))
    )
    keep = emit | (peak != old_peak) | (missed_at != NEVER)
    score = np.where(known, shown.scores, rows["score"])
    rows["score"] = score
    rows["peak"] = peak
    np.copyto(rows["emitted"], score, where=emit)
    rows["looked_at"] = at
    rows["state"] = state
    np.copyto(rows["text_crc"], shown.text_crcs, where=live)
    np.copyto(rows["edited_at"], shown.edited_at, where=live)
    rows["missed_at"] = NEVER
    table.write(slots, rows)
    skipped = int(np.maximum(passed - 1, 0).sum())
    crossed = (old_peak < rule.min_score) & (peak >= rule.min_score)
    return Change(emit, crossed, keep, skipped)


def miss(table: Table, slots: Slots, at: float) -> Change:
    """Take in that an answer lacked these rows; news once, when the absence is certain.

    Only the second answer without them that comes an hour or more after the first one counts.
    """
    live = table.state[slots] == LIVE_CODE
    missed_at = table.missed_at[slots]
    first = live & (missed_at == NEVER)
    absent = live & ~first & (at - missed_at >= ABSENCE_SECONDS)
    table.missed_at[slots[first]] = at
    table.state[slots[absent]] = ABSENT_CODE
    table.looked_at[slots[absent | ~live]] = at  # as often looked at as others, in vain
    return Change(absent, np.zeros(len(slots), np.bool_), first | absent)


def is_news(
    emitted: NDArray[np.int32], peak: NDArray[np.int32], scores: NDArray[np.int32], min_score: int
) -> Mask:
    """Tell which known scores alone are worth a record: first known, first crossing, or moved."""
    before = emitted.astype(np.int64)
    least = np.maximum(LEAST_CHANGE, LEAST_CHANGE_SHARE * np.abs(before))
    moved = np.abs(scores - before) >= least
    first = (emitted == UNKNOWN) | (peak == UNKNOWN)
    news: Mask = moved | first | ((peak < min_score) & (scores >= min_score))
    return news


def _passed(rows: Rows, at: float, ages: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return how many fixed ages lie between the last look and this one."""
    behind = ages.searchsorted(at - rows["created_at"], "right")
    before = ages.searchsorted(rows["looked_at"] - rows["created_at"], "right")
    passed: NDArray[np.intp] = behind - before
    return passed
