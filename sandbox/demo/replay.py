"""Replay: the stretch of time a run plays, and the drain after it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.audit import StreamLedger, read_stream
from sandbox.demo.errors import StalledError
from sandbox.demo.governor import GOVERN_EVERY_SECONDS, allowed_speed, spending_speed
from sandbox.demo.recent import SECONDS_PER_MINUTE, Recent
from sandbox.demo.running import RunningDemo
from sandbox.demo.screen import Screen
from sandbox.demo.snapshot import Snapshot
from sandbox.demo.waiting import wait_until, wait_while_moving

GRACE_SECONDS = 60.0  # clock; a thing counts as served once it was visible for that long
UNWATCHED_SECONDS = 1.0  # wall; a machine that stalls must not find half an hour gone
DRAIN_SPEED = 120.0  # Firehose's interval passes in seconds, however slow the run was
SIGTERM = 15
SETTLE_RUNS_MOST = 50


@dataclass(slots=True)
class Replay:
    """Plays one window on a running demo; a step raises DemoError when it cannot.

    `stalled` says what the drain gave up waiting for.
    """

    demo: RunningDemo
    screen: Screen
    stalled: list[str] = field(default_factory=list)
    recent: Recent = field(init=False)
    _spending_speed: float = field(init=False)

    def __post_init__(self) -> None:
        self.recent = Recent(self.demo.options, self.demo.snapshot())
        self._spending_speed = self.demo.options.speed

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
        self.screen.tell("the producer's first request")
        self.demo.aws.post("instances/boot")
        if self.demo.reddit is not None:
            wait_until(
                lambda: bool(self.demo.snapshot(with_producer=True).requests),
                "the producer's first request",
            )

    def run_until(self, moment: float) -> None:
        """Run the clock to that moment, as fast as the pipeline keeps up."""
        looked = time.monotonic()
        while self.demo.clock.now() < moment:
            before = self.recent.now.at
            snapshot = self._show("replaying" if self.demo.reddit else "live", with_producer=True)
            if self.demo.reddit is not None:  # the real one waits for nobody
                looked, took = time.monotonic(), time.monotonic() - looked
                self._set_speed(snapshot, (snapshot.at - before) / SECONDS_PER_MINUTE, took)
            time.sleep(GOVERN_EVERY_SECONDS)

    def _set_speed(self, snapshot: Snapshot, minutes: float, took_seconds: float) -> None:
        maximum, spent = self.demo.options.speed, self.recent.spent_share
        self._spending_speed = spending_speed(self._spending_speed, maximum, spent, minutes)
        look_seconds = max(took_seconds, GOVERN_EVERY_SECONDS)
        allowed = allowed_speed(maximum, snapshot.lags_seconds, look_seconds)
        self.demo.clock.set_speed(min(allowed, self._spending_speed), UNWATCHED_SECONDS)

    def drain(self) -> StreamLedger:
        """Stop the producer and wait until all it sent is in the lake; returns what it sent.

        The clock stands while Flink reads on, runs while Firehose waits for its interval, and
        stands again for the last runs of the lake job.
        """
        self._unless_stalled(self._stop_producer)
        self.demo.clock.set_speed(0.0)
        stream = read_stream(
            self.demo.client("kinesis"),
            self.demo.outputs["stream_name"],
            self.demo.options.min_score,
        )
        self._unless_stalled(self._await_flink)
        self._unless_stalled(lambda: self._await_filter(stream))
        self._unless_stalled(self._await_firehose)
        self.demo.clock.set_speed(0.0)
        self._unless_stalled(self._settle)
        return stream

    def _unless_stalled(self, step: Callable[[], None]) -> None:
        """Go on after a step that stalls: the audit says what is missing for it."""
        try:
            step()
        except StalledError as error:
            self.stalled.append(str(error))

    def _show(self, doing: str, *, with_producer: bool = False) -> Snapshot:
        snapshot = self.demo.snapshot(with_producer=with_producer)
        self.recent.add(snapshot)
        self.screen.show(doing, self.recent, self.demo.clock.speed())
        return snapshot

    def _stop_producer(self) -> None:
        self._show("draining: the producer sends what it holds")
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
            lambda: not self._show("draining: Flink reads the stream to its end").unread_by_flink,
            lambda: self.recent.now.passed,
            "Flink to read the stream to its end",
        )

    def _await_filter(self, stream: StreamLedger) -> None:
        doing = "draining: Flink hands on what qualified"
        wait_while_moving(
            lambda: self._show(doing).passed >= stream.passing_records,
            lambda: self.recent.now.passed,
            "Flink to hand all that qualified to Firehose",
        )

    def _await_firehose(self) -> None:
        self.demo.clock.set_speed(DRAIN_SPEED)
        wait_while_moving(
            lambda: self._show("draining: Firehose lands what it holds").buffered == 0,
            lambda: self.recent.now.buffered,
            "Firehose to deliver its buffers",
        )

    def _settle(self) -> None:
        function = self.demo.client("lambda")
        for _ in range(SETTLE_RUNS_MOST):
            self._show("draining: the lake job takes in what landed")
            answer = function.invoke(
                FunctionName=self.demo.outputs["lake_function_name"], Payload=json.dumps({})
            )
            result = json.loads(answer["Payload"].read())
            if answer.get("FunctionError"):
                raise StalledError(f"the lake job failed: {result.get('errorMessage', result)}")
            if result.get("objects") == 0:
                return
        raise StalledError(f"the lake job still found objects after {SETTLE_RUNS_MOST} runs")
