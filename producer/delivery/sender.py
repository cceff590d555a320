"""Sender: takes what waits in the outbox to Kinesis, on threads of its own.

Only failed entries are sent again, each after a jittered wait of its own; a call that fails as a
whole, or in most of its entries, slows everything down. It goes on until Kinesis has everything.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple, Self

from clock import Clock
from producer.backoff import Backoff
from producer.delivery.dead_letter import refused
from producer.delivery.entry import Entry
from producer.delivery.outbox import Outbox, Waiting
from producer.delivery.stream import REFUSING_CODES, Stream
from producer.delivery.window import BATCH_RECORDS, Window
from producer.errors import AwsUnavailableError, RecordRefusedError
from producer.events import RecordRefused, RecordsPartlyFailed, StreamUnavailable
from producer.totals import Totals
from telemetry import Log

GATHER_SECONDS = 5.0  # several answers of Reddit share a call
CALLS = 2  # at a time: the one is written while the other is answered
NO_FAILURE = Backoff(first_seconds=0.1, cap_seconds=20.0)  # of a call as a whole
WINDOW_RECORDS = 6 * BATCH_RECORDS  # held up by failures, and others go on
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
    """`start` runs it on threads; `step` makes its next call, for who has none."""

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
        self._turn = threading.Lock()  # of who looks at the window; a call gives it away
        self._threads = [
            threading.Thread(target=self._run, name=f"sender-{number}", daemon=True)
            for number in range(CALLS)
        ]

    def start(self) -> Self:
        """Send from now on."""
        for thread in self._threads:
            thread.start()
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
            rest = WATCH_SECONDS if self._runs() else self.step().seconds
            self._wall.wait(min(left, rest))
        self._hurried.clear()  # a function's process has another invocation after it
        return self._outbox.count()

    def close(self) -> None:
        """End the threads, after their calls; not for long: these may be calls in vain."""
        self._closed.set()
        until = self._wall.monotonic() + CLOSE_SECONDS
        while self._runs() and self._wall.monotonic() < until:
            self._outbox.arrived.set()
            self._wall.wait(WATCH_SECONDS)

    def step(self) -> Rest:
        """Make the call that is due, if one is; returns for how long nothing else is.

        A new record may be due before.
        """
        with self._turn:
            return self._step()

    def _runs(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _step(self) -> Rest:
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
            return _rest(min(self._window.retry_at() - now, IDLE_SECONDS))
        self._deliver(batch)
        return Rest(max(0.0, self._resume_at - self._wall.monotonic()))

    def _run(self) -> None:
        try:
            while not self._closed.is_set() and not self._failed:
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
        self._totals.records_retried += self._window.sent(batch)
        if self._window.idle >= BATCH_RECORDS:
            self._outbox.arrived.set()  # there is work for another thread
        try:
            self._put(batch)
        except AwsUnavailableError as error:
            self._backoff = self._backoff.failed()
            failures = self._backoff.failures
            self._log.emit(StreamUnavailable(reason=str(error), failures=failures))
            self._slow_down()
        finally:
            self._window.returned(batch)

    def _call(self, entries: Sequence[Entry]) -> list[str | None]:
        """Make a call, while others have their turn."""
        self._turn.release()
        try:
            return self._stream.put(entries)
        finally:
            self._turn.acquire()

    def _slow_down(self) -> None:
        self._resume_at = self._wall.monotonic() + self._backoff.seconds()

    def _put(self, batch: list[Waiting]) -> None:
        try:
            codes = self._call([each.entry for each in batch])
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
            (code,) = self._call([letter.entry])
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
