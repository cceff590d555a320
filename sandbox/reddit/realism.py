"""Realism: how far the answers stray from a perfect feed that answers at once."""

from dataclasses import dataclass

from sandbox.reddit.chance import chance
from sandbox.reddit.thing import RecordedThing


@dataclass(frozen=True)
class Realism:
    """Shares and spans; the seed decides which thing is hit. All zero: a perfect feed."""

    seed: int = 0
    late_share: float = 0.01
    late_max_seconds: float = 20.0
    disorder_share: float = 0.05
    disorder_max_seconds: float = 2.0
    cache_seconds: float = 2.0
    omitted_share: float = 0.0005  # of what /api/info is asked for; the real one answers 98 of 100
    latency_seconds: float = 0.3  # mean
    stale_share: float = 0.002  # of the listings' pages
    stale_max_seconds: float = 60.0

    def delay_seconds(self, thing: RecordedThing) -> float:
        """Return how long after its creation it appears."""
        drawn = chance(self.seed, "late", thing.fullname)
        return self.late_max_seconds * drawn / self.late_share if drawn < self.late_share else 0.0

    def is_omitted(self, thing: RecordedThing, now: float) -> bool:
        """Tell whether /api/info leaves it out just now, though it is there."""
        return chance(self.seed, f"omitted {now:.3f}", thing.fullname) < self.omitted_share

    def stale_seconds(self, answer: int) -> float:
        """Return how old the page is that a listing's n-th answer shows: mostly 0."""
        drawn = chance(self.seed, "stale", str(answer))
        if drawn >= self.stale_share:
            return 0.0
        return self.stale_max_seconds * drawn / self.stale_share

    def place(self, thing: RecordedThing) -> float:
        """Return the moment by which listings order it."""
        drawn = chance(self.seed, "disorder", thing.fullname)
        if drawn >= self.disorder_share:
            return thing.created
        swing = 2 * drawn / self.disorder_share - 1
        return thing.created + swing * self.disorder_max_seconds


PERFECT = Realism(
    late_share=0,
    disorder_share=0,
    cache_seconds=0,
    omitted_share=0,
    latency_seconds=0,
    stale_share=0,
)
