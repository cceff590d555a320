"""Awaited credentials: a secret that has no value yet, or a wrong one, is looked at again.

Terraform makes the secret, a person puts its value: until then a running producer waits, and
uses the value within a minute, without a restart.
"""

import threading
from collections.abc import Callable

from clock import Clock
from producer.errors import CredentialsMissingError
from producer.events import CredentialsAwaited
from producer.reddit.credentials import Credentials
from telemetry import Log

LOOK_SECONDS = 30.0
SAY_SECONDS = 300.0


class AwaitedCredentials:
    """Credentials by `find`, which raises CredentialsMissingError while there are none.

    `refused` are those that Reddit did not accept: the others are waited for.
    """

    def __init__(self, find: Callable[[], Credentials], *, clock: Clock, log: Log) -> None:
        self.refused: Credentials | None = None
        self._find = find
        self._clock = clock
        self._log = log
        self._said_at = float("-inf")

    def wait(self, stop: threading.Event, pulse: Callable[[], None]) -> Credentials | None:
        """Look every 30 s until there are some to try; None when `stop` comes first.

        `pulse` is called every second of the clock.
        """
        while True:
            try:
                found = self._find()
            except CredentialsMissingError as error:
                self._say(str(error))
            else:
                if found != self.refused:
                    return found
                self._say("Reddit does not accept the secret's credentials: put others into it")
            looked_at = self._clock.monotonic()
            while self._clock.monotonic() - looked_at < LOOK_SECONDS:
                pulse()
                if self._clock.wait(1.0, stop):
                    return None

    def _say(self, reason: str) -> None:
        now = self._clock.monotonic()
        if now - self._said_at >= SAY_SECONDS:
            self._said_at = now
            self._log.emit(CredentialsAwaited(reason=reason))
