"""Daemon: loops the producer until it is told to stop."""

import signal
import threading

from clock import Clock
from contract import format_instant
from producer.errors import NotDeliveredError, NotSavedError, RedditError
from producer.events import NotDelivered, Started, Stopped
from producer.producer import Producer
from producer.progress import Reporter
from telemetry import Log


def run(
    producer: Producer,
    reporter: Reporter,
    stop: threading.Event,
    *,
    clock: Clock,
    log: Log,
) -> None:
    """Return after a clean stop: the step finished, its records acknowledged, all saved."""
    log.emit(Started(tracked=len(producer.tracker)))
    try:
        while not stop.is_set():
            producer.run_once(stop)
            reporter.report_if_due(clock.now(), log)
        producer.checkpoint(stop)
    except RedditError:
        producer.checkpoint(stop)  # what was read before it can still be delivered
        raise
    except (NotDeliveredError, NotSavedError) as error:
        log.emit(NotDelivered(reason=str(error)))
    now = clock.now()
    reporter.report(now, log)
    log.emit(Stopped(format_instant(now), reporter.gauges(now), reporter.totals))


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT ask for a clean stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
