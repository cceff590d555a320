"""Awaited credentials: a secret that has no value yet, or a wrong one, is looked at again.

Terraform makes the secret, a person puts its value: until then a running producer waits, and
uses the value within a minute, without a restart.
"""

import threading
from collections.abc import Callable

from clock import Clock
from producer.errors import CredentialsMissingError, CredentialsWrongError
from producer.events import CredentialsAwaited
from producer.reddit.credentials import Credentials
from telemetry import Log

LOOK_SECONDS = 30.0
SAY_SECONDS = 300.0


class AwaitedCredentials:
    """Credentials by `find`, which raises CredentialsMissingError while there are none.

    `refused` are those that Reddit did not accept: others are waited for. Only a secret can
    change while the producer runs: unless `from_secret` nothing is waited for, and
    CredentialsMissingError is raised.
    """

    def __init__(
        self, find: Callable[[], Credentials], *, from_secret: bool, clock: Clock, log: Log
    ) -> None:
        self.from_secret = from_secret
        self._refused: Credentials | None = None
        self._find = find
        self._clock = clock
        self._log = log
        self._said_at = float("-inf")

    def wait(self, stop: threading.Event, pulse: Callable[[], None]) -> Credentials | None:
        """Look every 30 s until there are some to try; None when `stop` comes first.

        `pulse` is called every second of the clock.
        """
        while (found := self.look()) is None:
            looked_at = self._clock.monotonic()
            while self._clock.monotonic() - looked_at < LOOK_SECONDS:
                pulse()
                if self._clock.wait(1.0, stop):
                    return None
        return found

    def look(self) -> Credentials | None:
        """Return credentials to try, if there are any now; says every five minutes what lacks."""
        try:
            found = self._find()
        except CredentialsMissingError as error:
            if not self.from_secret:
                raise
            self._say(str(error))
            return None
        if found != self._refused:
            return found
        self._say("Reddit does not accept the secret's credentials: put others into it")
        return None

    def refuse(self, credentials: Credentials, error: CredentialsWrongError) -> None:
        """Note that Reddit did not accept them; raises the error unless others may come."""
        if not self.from_secret:
            raise error
        self._refused = credentials

    def _say(self, reason: str) -> None:
        now = self._clock.monotonic()
        if now - self._said_at >= SAY_SECONDS:
            self._said_at = now
            self._log.emit(CredentialsAwaited(reason=reason))
