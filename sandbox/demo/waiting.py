"""Waiting: for a condition, with a look now and then and an end to patience."""

import time
from collections.abc import Callable

from sandbox.demo.errors import StalledError

LOOK_EVERY_SECONDS = 0.2  # wall


def wait_until(condition: Callable[[], bool], what: str, patience_seconds: float = 120.0) -> None:
    """Block until the condition holds; raises StalledError after that many wall seconds."""
    deadline = time.monotonic() + patience_seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StalledError(f"gave up after {patience_seconds:.0f} s waiting for {what}")
        time.sleep(LOOK_EVERY_SECONDS)


def wait_while_moving(
    done: Callable[[], bool],
    progress: Callable[[], object],
    what: str,
    patience_seconds: float = 60.0,
) -> None:
    """Block until done; raises StalledError when `progress` stays the same for that long."""
    seen, since = progress(), time.monotonic()
    while not done():
        now = progress()
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > patience_seconds:
            raise StalledError(f"nothing moved for {patience_seconds:.0f} s, waiting for {what}")
        time.sleep(LOOK_EVERY_SECONDS)
