"""Steps: says what is being done, and for how long while it takes its time."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_SECONDS = 5.0


@contextmanager
def step(words: str) -> Iterator[None]:
    """Print the words, the seconds at each tick, and the end: one line on standard error."""
    started = time.monotonic()
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(TICK_SECONDS):
            _say(f"{time.monotonic() - started:.0f} s … ")

    _say(f"{words} … ")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    end = "failed"
    try:
        yield
        end = f"done in {time.monotonic() - started:.0f} s"
    finally:
        ended.set()
        ticker.join()
        _say(f"{end}\n")


def _say(words: str) -> None:
    print(words, end="", file=sys.stderr, flush=True)
