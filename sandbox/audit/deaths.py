"""Death: a kill of the producer, and which answers shortly before it may have left no trace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Death:
    """A kill without warning, at a moment of the clock.

    `in_hands_seconds` before it an answer may still have been on its way to the outbox: it died
    unsent. `unsaved_seconds` before it what an answer showed may not have been in any checkpoint:
    it was sent, and forgotten.
    """

    at: float
    in_hands_seconds: float
    unsaved_seconds: float


def lost_places(moments: Sequence[float], deaths: Iterable[Death]) -> frozenset[int]:
    """Return the answers that may have died with the producer."""
    spans = [(death.at - death.in_hands_seconds, death.at) for death in deaths]
    return _within(moments, spans)


def forgotten_places(moments: Sequence[float], deaths: Iterable[Death]) -> frozenset[int]:
    """Return the answers of which the next producer may know nothing."""
    spans = [(death.at - death.unsaved_seconds, death.at) for death in deaths]
    return _within(moments, spans)


def _within(moments: Sequence[float], spans: Sequence[tuple[float, float]]) -> frozenset[int]:
    return frozenset(
        place
        for place, moment in enumerate(moments)
        if any(since <= moment <= until for since, until in spans)
    )
