"""Back-off: how long to wait before trying again, as an immutable value."""

import random
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles with each failure up to a cap, with full jitter on the upper half."""

    first_seconds: float
    cap_seconds: float
    failures: int = 0

    def failed(self) -> Self:
        """Return the state after one more failure."""
        return replace(self, failures=self.failures + 1)

    def succeeded(self) -> Self:
        """Return the state after a success."""
        return replace(self, failures=0)

    def seconds(self) -> float:
        """Return a wait; 0 when nothing failed."""
        if self.failures == 0:
            return 0.0
        doublings = min(self.failures - 1, 30)
        longest = min(self.cap_seconds, self.first_seconds * float(2**doublings))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, hides nothing
