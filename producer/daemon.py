"""Daemon: loops the producer until it is told to stop."""

import signal
import threading
from collections.abc import Callable

from producer.app import Running
from producer.errors import LeaseLostError, NotSavedError, RedditError
from producer.events import NotSaved, Started
from telemetry import Log

# of the wall; systemd kills after 90 in all
DRAIN_SECONDS = 60.0
SAVE_SECONDS = 15.0  # for the last checkpoint
GIVEN_UP_SECONDS = 1.0  # when it covers what is not delivered
LOST_SECONDS = 5.0  # after the lease is lost: observations are true, whoever holds it
RENEWAL_SECONDS = 0.05  # how often to look whether a lease is renewed after a pause


def run(
    running: Running,
    stop: threading.Event,
    *,
    pulse: Callable[[], None],
    log: Log,
) -> None:
    """Return after a clean stop: the step finished, its records acknowledged, all saved.

    What Kinesis does not take within a minute stays in the outbox, and goes after the next start.
    `pulse` is called with each step. Raises LeaseLostError, with nothing more written, when
    another producer has taken over.
    """
    producer, reporter, leases = running.producer, running.reporter, running.leases
    log.emit(Started(tracked=producer.tracked()))
    try:
        while not stop.is_set():
            pulse()
            if leases.may_ask():
                producer.run_once(stop)
                reporter.report_if_due()
            else:
                stop.wait(RENEWAL_SECONDS)
        _finish(running, log)
    except LeaseLostError:
        running.abandon()
        running.sender.drain(LOST_SECONDS)
        raise
    except RedditError:
        _finish(running, log)  # what was read before it can still be delivered
        raise
    finally:
        running.close(log)
    reporter.stopped()


def _finish(running: Running, log: Log) -> None:
    """Deliver what was read, then save it."""
    running.producer.finish()
    waiting = running.sender.drain(DRAIN_SECONDS)
    running.outbox.raise_problem()
    try:
        running.saver.close(GIVEN_UP_SECONDS if waiting else SAVE_SECONDS)
    except NotSavedError as error:
        log.emit(NotSaved(reason=str(error)))


def stop_on_signals(stop: threading.Event, said: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT ask for a clean stop; `said` tells that it has begun."""

    def begin(*_: object) -> None:
        stop.set()
        said()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, begin)
