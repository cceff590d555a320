"""Sender: takes what waits in the outbox to Kinesis, on a thread of its own.

Only failed entries are sent again, each after a jittered wait of its own; a call that fails as a
whole, or in most of its entries, slows everything down. It goes on until Kinesis has everything.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple, Self

from clock import Clock
from producer.delivery.dead_letter import refused
from producer.delivery.outbox import Outbox, Waiting
from producer.delivery.stream import REFUSING_CODES, Stream
from producer.delivery.window import BATCH_RECORDS, NO_FAILURE, Window
from producer.errors import AwsUnavailableError, RecordRefusedError
from producer.events import RecordRefused, RecordsPartlyFailed, StreamUnavailable
from producer.totals import Totals
from telemetry import Log

GATHER_SECONDS = 5.0  # several answers of Reddit share a call
WINDOW_RECORDS = 4 * BATCH_RECORDS  # held up by failures, and others go on
WINDOW_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 1.0
WATCH_SECONDS = 0.02
LEAST_REST_SECONDS = 0.001
CLOSE_SECONDS = 5.0
SLOWING_SHARE = 0.5  # of a call's entries: when so many fail, all wait


class Rest(NamedTuple):
    """For how long nothing is due; while gathering, in seconds of the producer's clock."""

    seconds: float
    gathering: bool = False


class Pace(NamedTuple):
    """The producer's clock paces the gathering, the wall's the retries.

    AWS' limits refill on the wall clock, however fast the sandbox's runs.
    """

    clock: Clock
    wall: Clock


class Sender:
    """`start` runs it on a thread; `step` makes its next call, for who has no threads."""

    def __init__(
        self, outbox: Outbox, stream: Stream, pace: Pace, *, totals: Totals, log: Log
    ) -> None:
        self._outbox = outbox
        self._stream = stream
        self._clock, self._wall = clock, wall = pace
        self._totals = totals
        self._log = log
        self._window = Window()
        self._backoff = NO_FAILURE
        self._resume_at = wall.monotonic()
        self._load()
        self._gather_until = clock.monotonic()  # what an earlier process left goes at once
        self._hurried = threading.Event()
        self._closed = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> Self:
        """Send from now on, on a thread."""
        self._thread.start()
        return self

    def drain(self, seconds: float) -> int:
        """Send without gathering until nothing waits or that many wall seconds are over.

        Returns how many entries still wait. What ended the sending, the outbox raises.
        """
        self._hurried.set()
        self._outbox.arrived.set()
        until = self._wall.monotonic() + seconds
        while self._outbox.count() and not self._failed:
            left = until - self._wall.monotonic()
            if left <= 0:
                break
            rest = WATCH_SECONDS if self._thread.is_alive() else self.step().seconds
            self._wall.wait(min(left, rest))
        self._hurried.clear()  # a function's process has another invocation after it
        return self._outbox.count()

    def close(self) -> None:
        """End the thread, after the call it is in; not for long: it may be a call in vain."""
        self._closed.set()
        self._outbox.arrived.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def step(self) -> Rest:
        """Make the call that is due, if one is; returns for how long nothing else is.

        A new record may be due before.
        """
        self._load()
        now = self._wall.monotonic()
        if not len(self._window):
            return Rest(IDLE_SECONDS)
        if now < self._resume_at:
            return _rest(self._resume_at - now)
        gathering = self._gathering_seconds()
        if gathering > 0:
            return _rest(gathering, gathering=True)
        batch = self._window.next_batch(now)
        if not batch:
            return _rest(self._window.retry_at() - now)
        self._deliver(batch)
        return Rest(max(0.0, self._resume_at - self._wall.monotonic()))

    def _run(self) -> None:
        try:
            while not self._closed.is_set():
                self._outbox.arrived.clear()
                rest = self.step()
                if rest.seconds > 0:
                    clock = self._clock if rest.gathering else self._wall
                    clock.wait(rest.seconds, self._outbox.arrived)
        except Exception as error:  # noqa: BLE001 - the outbox raises it where somebody hears it
            self._failed = True
            self._outbox.fail(error)

    def _load(self) -> None:
        room = WINDOW_RECORDS - len(self._window)
        space = WINDOW_BYTES - self._window.bytes
        if room < BATCH_RECORDS or space <= 0:
            return
        idle = not len(self._window)
        self._window.load(self._outbox.waiting(self._window.last, room, space))
        if idle and len(self._window):
            self._gather_until = self._clock.monotonic() + GATHER_SECONDS

    def _gathering_seconds(self) -> float:
        if self._hurried.is_set() or len(self._window) >= BATCH_RECORDS:
            return 0.0
        return self._gather_until - self._clock.monotonic()

    def _deliver(self, batch: list[Waiting]) -> None:
        try:
            self._put(batch)
        except AwsUnavailableError as error:
            self._backoff = self._backoff.failed()
            failures = self._backoff.failures
            self._log.emit(StreamUnavailable(reason=str(error), failures=failures))
            self._slow_down()

    def _slow_down(self) -> None:
        self._resume_at = self._wall.monotonic() + self._backoff.seconds()

    def _put(self, batch: list[Waiting]) -> None:
        self._totals.records_retried += self._window.tried(batch)
        try:
            codes = self._stream.put([each.entry for each in batch])
        except RecordRefusedError as error:
            self._isolate(batch, error)
            return
        self._settle(batch, codes)

    def _isolate(self, batch: list[Waiting], error: RecordRefusedError) -> None:
        """Find by halves whom Kinesis refuses: one bad entry must not hold up the others."""
        if len(batch) == 1:
            self._bury(batch[0], str(error))
            return
        half = len(batch) // 2
        self._put(batch[:half])
        self._put(batch[half:])

    def _bury(self, each: Waiting, why: str) -> None:
        """Let a dead letter take the place of what is never taken.

        When Kinesis refuses that too, it is not the entry: RecordRefusedError, and nothing is lost.
        """
        letter = refused(each.entry, why)
        if not self._outbox.is_reported(letter.id):
            code = self._stream.put([letter.entry])[0]
            if code in REFUSING_CODES:
                raise RecordRefusedError(f"Kinesis refuses a dead letter too: {code}")
            if code is not None:
                self._window.failed([each], self._wall.monotonic())
                return
            self._outbox.reported(letter)
            self._log.emit(RecordRefused(id=letter.id, reason=why))
        self._totals.records_refused += 1
        self._forget([each])

    def _settle(self, batch: Sequence[Waiting], codes: Sequence[str | None]) -> None:
        results = list(zip(batch, codes, strict=True))
        taken = [each for each, code in results if code is None]
        bad = [(each, code) for each, code in results if code in REFUSING_CODES]
        failed = [each for each, code in results if code and code not in REFUSING_CODES]
        self._totals.records_sent += len(taken)
        self._forget(taken)
        if failed:
            self._totals.partial_failures += 1
            self._window.failed(failed, self._wall.monotonic())
            names = sorted({code for code in codes if code})
            self._log.emit(RecordsPartlyFailed(failed=len(failed), codes=names))
        if len(failed) > SLOWING_SHARE * len(batch):
            self._backoff = self._backoff.failed()
            self._slow_down()
        else:
            self._backoff = self._backoff.succeeded()
        for each, code in bad:
            self._bury(each, str(code))

    def _forget(self, taken: Sequence[Waiting]) -> None:
        if taken:
            self._outbox.acknowledge(taken)
            self._window.acknowledged(taken)


def _rest(seconds: float, *, gathering: bool = False) -> Rest:
    # a clock's own rounding may hide less
    return Rest(max(LEAST_REST_SECONDS, seconds), gathering)
