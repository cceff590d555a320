"""Replay: the stretch of time a run plays, and the drain after it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.audit import read_stream
from sandbox.demo.errors import StalledError
from sandbox.demo.governor import GOVERN_EVERY_SECONDS, allowed_speed
from sandbox.demo.waiting import wait_until, wait_while_moving

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.audit import StreamLedger
    from sandbox.demo.running import RunningDemo
    from sandbox.demo.screen import Screen
    from sandbox.demo.snapshot import Snapshot

GRACE_SECONDS = 60.0  # clock; a thing counts as served once it was visible for that long
UNWATCHED_SECONDS = 1.0  # wall; a machine that stalls must not find half an hour gone
DRAIN_SPEED = 120.0  # Firehose's interval passes in seconds, however slow the run was
SIGTERM = 15
SETTLE_RUNS_MOST = 50


@dataclass(slots=True)
class Replay:
    """Plays one window on a running demo; every step raises DemoError when it cannot.

    `stalled` says which steps of the drain did not come to their end.
    """

    demo: RunningDemo
    screen: Screen
    stalled: list[str] = field(default_factory=list)

    def play(self) -> None:
        """Boot the producer and run the clock to the end of the window."""
        self.begin()
        self.run_until(self.end_at)

    @property
    def end_at(self) -> float:
        """Return when all that the window published was visible for long enough to be read."""
        return self.demo.start_at + self.demo.options.window_seconds + GRACE_SECONDS

    def begin(self) -> None:
        """Boot the producer and wait for its first request; the clock stands still meanwhile."""
        self.demo.aws.post("instances/boot")
        if self.demo.reddit is not None:
            wait_until(self._first_request, "the producer's first request")

    def run_until(self, moment: float) -> None:
        """Run the clock to that moment, as fast as the pipeline keeps up."""
        looked = time.monotonic()
        while self.demo.clock.now() < moment:
            self.demo.check_producer()
            snapshot = self._show("replaying" if self.demo.reddit else "live")
            if self.demo.reddit is not None:  # the real one waits for nobody
                looked, took = time.monotonic(), time.monotonic() - looked
                look_seconds = max(took, GOVERN_EVERY_SECONDS)
                lags = snapshot.lags_seconds
                self.demo.clock.set_speed(
                    allowed_speed(self.demo.options.speed, lags, look_seconds), UNWATCHED_SECONDS
                )
            time.sleep(GOVERN_EVERY_SECONDS)

    def drain(self) -> StreamLedger:
        """Stop the producer and wait until all it sent is in the lake; returns what it sent.

        The clock stands while Flink reads on, runs while Firehose waits for its interval, and
        stands again for the last runs of the lake job. After a step that stalls the next one
        follows, so that the audit can say what is missing.
        """
        self._try(self._stop_producer)
        self.demo.clock.set_speed(0.0)
        self._try(self._await_flink)
        stream = read_stream(
            self.demo.client("kinesis"),
            self.demo.names.stream,
            self.demo.options.min_score,
        )
        self._try(lambda: self._await_filter(stream))
        self._try(self._await_firehose)
        self.demo.clock.set_speed(0.0)
        self._try(self._settle)
        return stream

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except StalledError as error:
            self.stalled.append(str(error))

    def _first_request(self) -> bool:
        self.demo.check_producer()
        return bool(self._show("starting").requests)

    def _show(self, phase: str) -> Snapshot:
        snapshot = self.demo.snapshot()
        self.screen.show(phase, snapshot, self.demo.clock.speed())
        return snapshot

    def _stop_producer(self) -> None:
        self.demo.aws.post("instances/kill", signal=SIGTERM)
        wait_until(
            lambda: all(
                one["status"] != "running"
                for one in self.demo.aws.get("status")["instances"].values()
            ),
            "the producer to end after SIGTERM",
        )

    def _await_flink(self) -> None:
        wait_while_moving(
            lambda: not self._show("draining").unread_by_flink,
            lambda: self.demo.snapshot().kept,
            "Flink to read the stream to its end",
        )

    def _await_filter(self, stream: StreamLedger) -> None:
        wait_while_moving(
            lambda: self._show("draining").kept >= stream.passing_records,
            lambda: self.demo.snapshot().kept,
            "Flink to hand all that qualified to Firehose",
        )

    def _await_firehose(self) -> None:
        self.demo.clock.set_speed(DRAIN_SPEED)
        wait_while_moving(
            lambda: self._show("draining").buffered == 0,
            lambda: self.demo.snapshot().buffered,
            "Firehose to deliver its buffers",
        )

    def _settle(self) -> None:
        function = self.demo.client("lambda")
        for _ in range(SETTLE_RUNS_MOST):
            answer = function.invoke(
                FunctionName=self.demo.names.lake_function, Payload=json.dumps({})
            )
            result = json.loads(answer["Payload"].read())
            if answer.get("FunctionError"):
                raise StalledError(f"the lake job failed: {result.get('errorMessage', result)}")
            if result.get("objects") == 0:
                return
            self._show("settling")
        raise StalledError(f"the lake job still found objects after {SETTLE_RUNS_MOST} runs")
