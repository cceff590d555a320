"""The producer as a Lambda function: invoked every minute, it loops until its time is nearly over.

The lease makes it the only writer, whatever is invoked beside; it is released at the end of each
invocation. A warm process whose fencing number is still the last one has seen all that happened:
it keeps its memory and loads nothing. There is no disk: what Kinesis has not acknowledged at the
end stays in memory and out of the checkpoint, and a cold start reads it again.
"""

import os
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

from clock import Clock, clock_from_environment
from producer.app import Running, awaited_credentials, make_leases, make_producer
from producer.errors import (
    AwsUnavailableError,
    CredentialsWrongError,
    LeaseLostError,
    NotSavedError,
)
from producer.events import LeaseLost, NotDelivered, NotSaved, Started
from producer.reddit.awaited_credentials import AwaitedCredentials
from producer.reddit.credentials import Credentials
from producer.settings import ProducerSettings
from producer.state.leases import Leases
from telemetry import Log

RESERVE_SECONDS = 5.0  # of the function's time-out: for what is in flight and the last checkpoint
SETTLE_SECONDS = 3.0  # left when what is in flight is given up
SAVE_SECONDS = 2.0  # left when Kinesis is given up
RELEASE_SECONDS = 1.0  # left for the lease
PAUSE_SECONDS = 0.05
STEPPED_SECONDS = 30.0  # a process that AWS froze may have lost time: its memory is then too old


class LambdaFace:
    """One process of the function, for as many invocations as AWS gives it.

    `make` goes on from the state.
    """

    def __init__(
        self,
        leases: Leases,
        awaited: AwaitedCredentials,
        make: Callable[[Credentials], Running],
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._leases = leases
        self._awaited = awaited
        self._make = make
        self._clock = clock
        self._log = log
        self._credentials: Credentials | None = None
        self._warm: Running | None = None
        self._offset = 0.0

    def invoke(self, left_seconds: Callable[[], float]) -> bool:
        """Produce until 5 s before the time-out; False when this one was not the one to do it.

        There are no credentials to try yet, or another producer is at work. Raises ProducerError
        when only a person can fix it.
        """
        credentials = self._find_credentials()
        if credentials is None:
            return False
        try:
            return self._produce(credentials, left_seconds)
        except LeaseLostError as error:
            self._forget()
            self._log.emit(LeaseLost(reason=str(error)))
        except CredentialsWrongError as error:
            self._forget()
            self._credentials = None
            self._awaited.refuse(credentials, error)
        except AwsUnavailableError:
            raise  # what is in memory is as good as before
        except Exception:
            self._forget()
            raise
        finally:
            self._leases.release()
        return False

    def _find_credentials(self) -> Credentials | None:
        """Return those of the secret; while AWS is away those that it held last."""
        try:
            self._credentials = self._awaited.look()
        except AwsUnavailableError:
            if self._credentials is None:
                raise
        return self._credentials

    def _produce(self, credentials: Credentials, left_seconds: Callable[[], float]) -> bool:
        with Deadline(left_seconds, RESERVE_SECONDS) as stop:
            if not self._leases.take(stop, lambda: None):
                return False
            self._leases.start()
            running = self._running(credentials)
            while not stop.is_set():
                if self._leases.may_ask():
                    running.producer.run_once(stop)
                    running.reporter.report_if_due()
                else:
                    stop.wait(PAUSE_SECONDS)
        with Deadline(left_seconds, SETTLE_SECONDS) as give_up:
            settled = running.producer.settle(give_up)
        self._save(running, left_seconds)
        running.reporter.report()
        if not settled:
            self._forget()
        return True

    def _save(self, running: Running, left_seconds: Callable[[], float]) -> None:
        """Deliver and save, as far as there is time for it: a warm process has the rest still."""
        running.producer.checkpoint()
        waiting = running.sender.drain(max(0.0, left_seconds() - SAVE_SECONDS))
        running.outbox.raise_problem()
        if waiting:
            self._log.emit(NotDelivered(records=waiting))
        try:
            running.saver.close(max(0.0, left_seconds() - RELEASE_SECONDS))
        except NotSavedError as error:
            self._log.emit(NotSaved(reason=str(error)))

    def _running(self, credentials: Credentials) -> Running:
        """Return the producer of the last invocation while nothing has happened without it."""
        offset = self._clock.now() - self._clock.monotonic()
        if not self._leases.unbroken() or abs(offset - self._offset) > STEPPED_SECONDS:
            self._forget()
        if self._warm is None:
            self._offset = offset
            self._warm = self._make(credentials)
            self._log.emit(Started(tracked=self._warm.producer.tracked()))
        else:
            self._warm.saver.start()
        return self._warm

    def _forget(self) -> None:
        if self._warm is not None:
            self._warm.abandon()
            self._warm.close(self._log)
            self._warm = None


class Deadline(threading.Event):
    """Set once no more than `reserve_seconds` of the invocation are left."""

    def __init__(self, left_seconds: Callable[[], float], reserve_seconds: float) -> None:
        super().__init__()
        self._left_seconds = left_seconds
        self._reserve_seconds = reserve_seconds
        self._timer = threading.Timer(self._seconds(), self.set)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def is_set(self) -> bool:
        """Tell whether it is over; the timer only ends a wait."""
        return super().is_set() or self._seconds() == 0

    def _seconds(self) -> float:
        return max(0.0, self._left_seconds() - self._reserve_seconds)


@lru_cache(maxsize=1)
def _face() -> LambdaFace:
    clock, log = clock_from_environment(), Log()
    settings = ProducerSettings.from_environment(os.environ)
    leases = make_leases(settings, clock, log)

    def make(credentials: Credentials) -> Running:
        return make_producer(settings, credentials, leases, clock, log)

    awaited = awaited_credentials(settings.reddit, clock, log)
    return LambdaFace(leases, awaited, make, clock=clock, log=log)


def handle(_event: object, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Answer one invocation."""
    return {"produced": _face().invoke(lambda: context.get_remaining_time_in_millis() / 1000)}
