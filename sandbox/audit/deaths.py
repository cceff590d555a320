"""Death: a kill of the producer, and which answers shortly before it may have left no trace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

IN_HANDS_SECONDS = 1.5  # on a busy machine
UNSAVED_SECONDS = 5.0
AFTER_SECONDS = 0.5  # the server still sends what the dead one had asked for


@dataclass(frozen=True, slots=True)
class Death:
    """A kill without warning, at a moment of the wall's monotonic clock; all spans are its too.

    What was answered `in_hands_seconds` before it may not have got as far as the outbox: it died
    unsent. What was answered `unsaved_seconds` before it may not have been in a checkpoint: it was
    sent, and forgotten.
    """

    wall: float
    in_hands_seconds: float = IN_HANDS_SECONDS
    unsaved_seconds: float = UNSAVED_SECONDS


def lost_places(walls: Sequence[float], deaths: Iterable[Death]) -> frozenset[int]:
    """Return the answers that may have died with the producer."""
    return _within(walls, [(one.wall, one.in_hands_seconds) for one in deaths])


def forgotten_places(walls: Sequence[float], deaths: Iterable[Death]) -> frozenset[int]:
    """Return the answers of which the next producer may know nothing."""
    return _within(walls, [(one.wall, one.unsaved_seconds) for one in deaths])


def _within(walls: Sequence[float], deaths: Sequence[tuple[float, float]]) -> frozenset[int]:
    return frozenset(
        place
        for place, wall in enumerate(walls)
        if any(death - seconds <= wall <= death + AFTER_SECONDS for death, seconds in deaths)
    )
