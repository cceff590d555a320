"""ScheduleService: invokes functions as the enabled schedules say.

Runs of one schedule never overlap: what falls due while it runs becomes one run that follows at
once. The first run is one period after the schedule was first seen.
"""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.scheduler.models import Schedule, scheduler_backends

from clock import Clock
from sandbox.aws.functions.deployment import deployment_of
from sandbox.aws.functions.service import FunctionService
from sandbox.aws.schedules.rate import next_due, period_seconds

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 2.0  # of the clock; AWS itself is punctual to the minute only


@dataclass
class _Entry:
    expression: str
    since: float
    due_at: float
    target: str
    running: bool = False


@dataclass
class ScheduleService:
    """Looks at moto's schedules again and again, so that it needs no notice of changes."""

    clock: Clock
    functions: FunctionService
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Invoke nothing any more; what runs goes on."""
        self._stopping.set()
        self._thread.join()

    def next_due_at(self, function_arn: str) -> float | None:
        """Return when that function is next due; None when no schedule names it."""
        entries = list(self._entries.values())
        return min((e.due_at for e in entries if e.target == function_arn), default=None)

    def _run(self) -> None:
        while not self._stopping.is_set():
            now = self.clock.now()
            enabled = {s.arn: s for s in _schedules() if s.state == "ENABLED"}
            for arn in self._entries.keys() - enabled.keys():
                del self._entries[arn]
            for schedule in enabled.values():
                self._look_at(schedule, now)
            self.clock.wait(_TICK_SECONDS, self._stopping)

    def _look_at(self, schedule: Schedule, now: float) -> None:
        expression = schedule.schedule_expression
        period = period_seconds(expression)
        entry = self._entries.get(schedule.arn)
        if entry is None or entry.expression != expression:
            entry = _Entry(expression, now, next_due(period, now, now), "")
            self._entries[schedule.arn] = entry
        entry.target = schedule.target["Arn"]
        if entry.due_at > now or entry.running:
            return
        entry.due_at = next_due(period, entry.since, now)
        entry.running = True
        threading.Thread(
            target=self._invoke,
            args=(entry, schedule),
            name=f"schedule {schedule.name}",
            daemon=True,
        ).start()

    def _invoke(self, entry: _Entry, schedule: Schedule) -> None:
        try:
            _, _, _, region, account, _ = entry.target.split(":", 5)
            backend = lambda_backends[account][region]
            function = backend.get_function(entry.target, None)
            payload = json.loads(schedule.target["Input"])
            self.functions.invoke_later(deployment_of(function, backend), payload)
        except UnknownFunctionException:
            _LOG.warning("schedule %s: there is no function %s", schedule.name, entry.target)
        finally:
            entry.running = False


def _schedules() -> Iterator[Schedule]:
    for regions in list(scheduler_backends.values()):
        for backend in list(regions.values()):
            for group in list(backend.schedule_groups.values()):
                yield from list(group.schedules.values())
