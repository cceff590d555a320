"""Saver: writes to the state table while the core goes on reading.

A checkpoint waits here until the outbox has acknowledged what it covers. What is handed over
meanwhile waits behind it as one: of each item the newest is written, none is forgotten. A first
crossing needs no acknowledgement, and its record waits for it: whoever dies right after the
record still knows the peak. While DynamoDB is away everything stays due.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, Self

from producer.backoff import Backoff
from producer.errors import AwsUnavailableError, NotSavedError, ProducerError
from producer.events import StateUnavailable
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item, Key
from producer.state.table import State
from producer.totals import Totals
from telemetry import Log

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 20.0
CROSSING_SECONDS = 1.0  # the longest that a record waits for its crossing to be saved
ACKNOWLEDGED_SECONDS = 0.2  # between two looks at what the outbox has acknowledged
SAY_SECONDS = 60.0


class Gate(NamedTuple):
    """What lets a checkpoint through.

    `renew` holds the lease for longer; `acknowledged` returns the outbox's sequence number up to
    which Kinesis has acknowledged all.
    """

    renew: Callable[[], None]
    acknowledged: Callable[[], int]


class Keeper(Protocol):
    """What the core knows of the state; a simulation's keeps nothing."""

    def note(self, crossings: Sequence[Item]) -> None:
        """Return when these are written, or put off because DynamoDB is away."""

    def keep(self, checkpoint: Checkpoint) -> None:
        """Take a checkpoint, to be written when acknowledged; it covers all crossings noted."""

    def raise_problem(self) -> None:
        """Raise what ended the writing: LeaseLostError, or AwsError that a person must fix."""


class Saver:
    """Never blocks the core, but for a crossing: for at most a second, once an outage.

    Without `start` there is no thread: whoever owns it calls `work`, and crossings are written by
    who notes them.
    """

    def __init__(
        self,
        state: State,
        gate: Gate,
        *,
        totals: Totals,
        log: Log,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._gate = gate
        self._totals = totals
        self._log = log
        self._steady = steady
        self._noted: dict[Key, None] = {}  # crossings that no checkpoint covers yet
        self._crossings: dict[Key, Item] = {}  # those still to be written
        self._waiting: list[Checkpoint] = []  # the one to be acknowledged next, and the rest
        self._writing: Checkpoint | None = None
        self._changed = threading.Condition()
        self._problem: Exception | None = None
        self._backoff = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
        self._retry_at = float("-inf")
        self._said_at = float("-inf")
        self._slow = False
        self._thread: threading.Thread | None = None
        self._closing = False
        self._given_up = False

    @property
    def away(self) -> bool:
        """Tell whether DynamoDB did not take the last thing it was given, or takes long."""
        return self._slow or self._backoff.failures > 0

    @property
    def waits(self) -> bool:
        """Tell whether anything is still to be written."""
        return bool(self._crossings or self._waiting or self._writing)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Take a checkpoint, to be written when acknowledged; it covers all crossings noted."""
        with self._changed:
            covering = checkpoint._replace(deleted=(*checkpoint.deleted, *self._noted))
            self._noted.clear()
            if len(self._waiting) > 1:
                # the first keeps its own sequence number, or it might never be acknowledged
                covering = self._waiting.pop().followed_by(covering)
            self._waiting.append(covering)
            self._changed.notify_all()

    def note(self, crossings: Sequence[Item]) -> None:
        """Return when these are written, or put off because DynamoDB is away."""
        if not crossings:
            return
        keys = {item.key for item in crossings}
        with self._changed:
            self._crossings |= {item.key: item for item in crossings}
            self._noted |= dict.fromkeys(keys)
            self._changed.notify_all()
            if self._thread is not None:
                if not self._changed.wait_for(
                    lambda: self.away or not keys & self._crossings.keys(), CROSSING_SECONDS
                ):
                    self._slow = True
                return
        self.work()

    def raise_problem(self) -> None:
        """Raise what ended the writing: LeaseLostError, or AwsError that a person must fix."""
        if self._problem is not None:
            raise self._problem

    def work(self) -> None:
        """Write what is due and may be written now, unless it is too soon after a failure."""
        if self._problem is not None or self._steady() < self._retry_at:
            return
        try:
            self._write_crossings()
            self._write_checkpoint()
        except AwsUnavailableError as error:
            self._failed(error)
        except ProducerError as error:
            self._problem = error
        else:
            self._backoff = self._backoff.succeeded()
        with self._changed:
            self._changed.notify_all()

    def start(self) -> Self:
        """Write on a thread of its own from now on; after a `close` too, what that left undone."""
        self.abandon()  # a thread that waits to try again would be waited for
        self._closing = self._given_up = False
        self._problem = None
        self._thread = threading.Thread(target=self._loop, name="saver", daemon=True)
        self._thread.start()
        return self

    def close(self, seconds: float) -> None:
        """End once all is written; raises NotSavedError when that takes longer than `seconds`.

        Raises what `raise_problem` does.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is None:
            self.work()
        else:
            self._thread.join(seconds)
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        self.raise_problem()
        if self.waits:
            raise NotSavedError("the last checkpoint was not written before the stop")

    def abandon(self) -> None:
        """End without writing what waits: it is another producer's turn."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _loop(self) -> None:
        try:
            while self._problem is None and not self._given_up:
                self.work()
                with self._changed:
                    if self._closing and not self.waits:
                        return
                    self._changed.wait(self._pause_seconds())
        except Exception as error:  # noqa: BLE001 - a defect must end the core too, not this thread alone
            self._problem = error

    def _pause_seconds(self) -> float | None:
        if self._backoff.failures:
            return max(0.0, self._retry_at - self._steady())
        return ACKNOWLEDGED_SECONDS if self.waits else None

    def _write_crossings(self) -> None:
        with self._changed:
            crossings = tuple(self._crossings.values())
        if not crossings:
            return
        self._state.put(crossings)
        with self._changed:
            for item in crossings:
                if self._crossings[item.key] is item:
                    del self._crossings[item.key]
            self._slow = False
            self._changed.notify_all()

    def _write_checkpoint(self) -> None:
        self._take_acknowledged()
        if self._writing is not None:
            self._gate.renew()
            self._state.write(self._writing)
            self._totals.checkpoints += 1
            self._writing = None

    def _take_acknowledged(self) -> None:
        """Add what is acknowledged by now to what is written: also to what could not be."""
        acknowledged = self._gate.acknowledged()
        with self._changed:
            while self._waiting and self._waiting[0].sequence <= acknowledged:
                next_one = self._waiting.pop(0)
                writing = self._writing
                self._writing = writing.followed_by(next_one) if writing else next_one

    def _failed(self, error: AwsUnavailableError) -> None:
        self._backoff = self._backoff.failed()
        now = self._steady()
        self._retry_at = now + self._backoff.seconds()
        if now - self._said_at >= SAY_SECONDS:
            self._said_at = now
            self._log.emit(StateUnavailable(reason=str(error), failures=self._backoff.failures))
