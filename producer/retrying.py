"""Retrying: until AWS takes it, or a stop's last tries fail."""

import threading
from collections.abc import Iterator

from clock import Clock
from producer.backoff import Backoff

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 20.0
LAST_TRIES = 4  # after the stop was asked for: about a second and a half


def tries(clock: Clock, stop: threading.Event) -> Iterator[int]:
    """Yield for each try how many failed before it, after a jittered wait.

    Ends without a success only when the last tries after a stop have failed too.
    """
    backoff = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
    tries_left = LAST_TRIES
    while True:
        yield backoff.failures
        backoff = backoff.failed()
        tries_left -= stop.is_set()
        if tries_left <= 0:
            return
        # once stopping, the wait itself must not end early: it is what lets AWS recover
        clock.wait(backoff.seconds(), None if stop.is_set() else stop)
