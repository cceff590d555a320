"""FunctionService: the functions that exist, each with at most one worker.

A function runs one event at a time, as with a reserved concurrency of 1; but a second caller
waits here, where AWS would answer with TooManyRequestsException.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.awslambda.models import lambda_backends

from clock import Clock
from sandbox.aws.environment import ChildEnvironment
from sandbox.aws.functions.deployment import FunctionDeployment
from sandbox.aws.functions.worker import Outcome, Worker, start

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
_RETRY_SECONDS = (60.0, 120.0)


@dataclass
class _Function:
    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    worker: Worker | None = None
    invocations: int = 0
    running_since: float | None = None
    last_result: Any = None
    log: Path | None = None


@dataclass
class FunctionService:
    """Invokes functions, and keeps their workers warm between events."""

    work_dir: Path
    environment: ChildEnvironment
    clock: Clock
    _functions: dict[str, _Function] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def invoke(self, deployment: FunctionDeployment, payload: Any) -> Outcome:
        """Run the handler on this event, after those that came before."""
        function = self._functions.setdefault(deployment.name, _Function(deployment.name))
        with function.lock:
            function.running_since = self.clock.now()
            try:
                outcome = self._run(function, deployment, payload)
            finally:
                function.running_since = None
            function.last_result = json.loads(outcome.payload)
            function.invocations += 1  # last: who sees it counted sees its result
        return outcome

    def invoke_later(self, deployment: FunctionDeployment, payload: Any) -> None:
        """Run the handler as an asynchronous invocation, with its retries; returns at the end."""
        for wait_seconds in (*_RETRY_SECONDS[: deployment.retries], None):
            if not self.invoke(deployment, payload).failed or wait_seconds is None:
                return
            if self.clock.wait(wait_seconds, self._stopping):
                return

    def forget(self, name: str) -> None:
        """End a deleted function's worker."""
        function = self._functions.pop(name, None)
        if function is not None and function.worker is not None:
            function.worker.stop()

    def close(self) -> None:
        """End all workers, in the middle of an event if need be."""
        self._stopping.set()
        for name in list(self._functions):
            self.forget(name)

    def status(self, next_due_at: Callable[[str], float | None]) -> dict[str, dict[str, Any]]:
        """Return what each function has done, and when it is next due by its ARN, by name."""
        return {
            deployed.function_name: {
                **self._status(deployed.function_name),
                "next_due_at": next_due_at(deployed.function_arn),
            }
            for regions in list(lambda_backends.values())
            for backend in list(regions.values())
            for deployed in backend.list_functions()
        }

    def _status(self, name: str) -> dict[str, Any]:
        function = self._functions.get(name) or _Function(name)
        return {
            "invocations": function.invocations,
            "running_since": function.running_since,
            "last_result": function.last_result,
            "log": str(function.log) if function.log else None,
        }

    def _run(self, function: _Function, deployment: FunctionDeployment, payload: Any) -> Outcome:
        worker = function.worker
        if worker and not (worker.usable and _same(worker.deployment, deployment)):
            worker.stop()
            worker = None
        if worker is None:
            folder = self.work_dir / "functions" / deployment.name
            started = start(deployment, folder, self.environment)
            if isinstance(started, Outcome):
                return started
            worker = function.worker = started
            function.log = worker.log
        return worker.invoke(payload)


def _same(one: FunctionDeployment, other: FunctionDeployment) -> bool:
    return one.fingerprint == other.fingerprint
