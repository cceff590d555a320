"""Steady: a time that starts as the wall's and never steps."""

from clock.system import Clock


class Steady:
    """Seconds since 1970 as the wall said at the start, going on by the monotonic clock.

    Whatever is scheduled uses it: it can be compared with others' instants, and setting the
    machine's clock neither silences nor hurries anything.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.now() - clock.monotonic()

    def now(self) -> float:
        """Return steady seconds."""
        return self._clock.monotonic() + self._offset
