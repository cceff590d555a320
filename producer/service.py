"""Service: waits for Reddit's credentials and for its turn, then produces, until the stop.

It begins again when another producer has taken over, and when Reddit no longer accepts the
secret's credentials: others may be put into it.
"""

import threading

from clock import Clock
from producer import daemon
from producer.app import awaited_credentials, make_leases, make_producer
from producer.errors import CredentialsWrongError, LeaseLostError
from producer.events import LeaseLost
from producer.presence import Presence
from producer.reddit.credentials import Credentials
from producer.settings import ProducerSettings
from producer.systemd import Notifier
from telemetry import Log


class Service:
    """One producer for as long as the machine lives."""

    def __init__(
        self, settings: ProducerSettings, *, clock: Clock, log: Log, notifier: Notifier
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._log = log
        self._notifier = notifier
        self._presence = Presence(settings, notifier, clock=clock, log=log)
        self._leases = make_leases(settings, clock, log)
        self._awaited = awaited_credentials(settings.reddit, clock, log)

    def serve(self, stop: threading.Event) -> None:
        """Return after a clean stop; raises ProducerError when only a person can fix it."""
        self._notifier.ready()
        try:
            while not stop.is_set():
                self._presence.says("waiting for Reddit's credentials")
                credentials = self._awaited.wait(stop, self._presence.pulse)
                if credentials is not None:
                    self._serve_with(credentials, stop)
        finally:
            self._presence.close()

    def _serve_with(self, credentials: Credentials, stop: threading.Event) -> None:
        self._presence.says("waiting for another producer to end")
        if not self._leases.take(stop, self._presence.pulse):
            return
        self._leases.start()
        try:
            self._produce(credentials, stop)
        except LeaseLostError as error:
            self._log.emit(LeaseLost(reason=str(error)))
        except CredentialsWrongError as error:
            self._awaited.refuse(credentials, error)
        finally:
            self._leases.release()

    def _produce(self, credentials: Credentials, stop: threading.Event) -> None:
        clock, log, presence = self._clock, self._log, self._presence
        running = make_producer(self._settings, credentials, self._leases, clock, log)
        places = ", ".join(f"r/{each}" for each in self._settings.reddit.subreddits)
        presence.says(f"reading {places}")
        presence.work(running.reporter)
        try:
            daemon.run(running, stop, pulse=presence.pulse, log=log)
        finally:
            presence.work(None)
