"""Daemon: loops the producer until it is told to stop."""

import signal
import threading
from collections.abc import Callable

from producer.app import Running
from producer.errors import LeaseLostError, NotDeliveredError, NotSavedError, RedditError
from producer.events import NotDelivered, Started
from telemetry import Log

SAVE_SECONDS = 15.0  # of the wall, for the last checkpoint; systemd kills after 90 in all
RENEWAL_SECONDS = 0.05  # how often to look whether a lease is renewed after a pause


def run(
    running: Running,
    stop: threading.Event,
    *,
    pulse: Callable[[], None],
    log: Log,
) -> None:
    """Return after a clean stop: the step finished, its records acknowledged, all saved.

    `pulse` is called with each step. Raises LeaseLostError, with nothing more written, when
    another producer has taken over.
    """
    producer, reporter, _, leases = running
    log.emit(Started(tracked=producer.tracked()))
    try:
        while not stop.is_set():
            pulse()
            if leases.may_ask():
                producer.run_once(stop)
                reporter.report_if_due()
            else:
                stop.wait(RENEWAL_SECONDS)
        _save(running, stop)
    except LeaseLostError:
        running.abandon()
        raise
    except RedditError:
        _save(running, stop)  # what was read before it can still be delivered
        raise
    except (NotDeliveredError, NotSavedError) as error:
        log.emit(NotDelivered(reason=str(error)))
    reporter.stopped()


def _save(running: Running, stop: threading.Event) -> None:
    running.producer.finish(stop)
    running.saver.close(SAVE_SECONDS)


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT ask for a clean stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
