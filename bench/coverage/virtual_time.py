"""Virtual time: for modules that sleep by `time`, it passes at once."""

import types
from collections.abc import Iterator
from contextlib import contextmanager

from prawcore.const import NANOSECONDS

from sandbox.simulate.clock import VirtualClock


class VirtualTime(types.ModuleType):
    """Stands for the module `time` in the modules that sleep by it."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__("time")
        self._clock = clock

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.wait(seconds)

    def time(self) -> float:
        """Return seconds since 1970."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return seconds that never step."""
        return self._clock.now()

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never step."""
        return int(self._clock.now() * NANOSECONDS)


@contextmanager
def time_of(clock: VirtualClock, *modules: types.ModuleType) -> Iterator[None]:
    """Let these modules take their time from the clock."""
    virtual = VirtualTime(clock)
    own = [vars(module)["time"] for module in modules]
    for module in modules:
        vars(module)["time"] = virtual
    try:
        yield
    finally:
        for module, time in zip(modules, own, strict=True):
            vars(module)["time"] = time
