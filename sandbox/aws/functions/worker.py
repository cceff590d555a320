"""Worker: a warm process that runs one deployment of a function."""

import json
import queue
import signal
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.aws.environment import ChildEnvironment
from sandbox.aws.functions.deployment import FunctionDeployment
from sandbox.aws.packages import BadPackage, unpack
from sandbox.process import ChildFailed, ChildProcess, Message

_RUNTIME = Path(__file__).with_name("runtime.py")
_SITE_PACKAGES = Path("python", "lib", "python3.11", "site-packages")
LOAD_SECONDS = 900.0
STOP_SECONDS = 5.0
_WATCH_SECONDS = 0.05  # between two looks at the memory


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to."""

    payload: str
    failed: bool = False


class Worker:
    """Runs one event at a time; after a failure of the process itself it is no longer `usable`.

    Making one unpacks code and layers and starts the process; raises BadPackage. A handler that
    takes longer than the function's time-out (on the wall, not on the sandbox's clock, where it
    would pass in seconds) or a process that has taken more memory than the function's is killed,
    as Lambda does. Memory is watched on Linux only.
    """

    def __init__(
        self, deployment: FunctionDeployment, folder: Path, environment: ChildEnvironment
    ) -> None:
        self.deployment = deployment
        self.log = folder / "function.log"
        self._results: queue.SimpleQueue[Message] = queue.SimpleQueue()
        code = unpack(deployment.code, folder / "code")
        layers = [unpack(layer, folder.parent / "layers") for layer in deployment.layers]
        paths = [code, *(path for x in layers for path in (x / _SITE_PACKAGES, x / "python"))]
        self._child = ChildProcess(
            [sys.executable, "-I", "-S", "-u", _RUNTIME, deployment.handler, *paths],
            log=self.log,
            directory=code,
            environment=environment.of(deployment.region, **_variables(deployment)),
            stdin=True,
            on_message=self._results.put,
            on_exit=lambda: self._results.put({"event": "exited"}),
        )
        self._loaded = False

    @property
    def usable(self) -> bool:
        """Return whether the process still runs."""
        return self._child.running

    def invoke(self, payload: Any) -> Outcome:
        """Run the handler on this event; returns what it returned or raised."""
        if not self._loaded:
            first = self._next(LOAD_SECONDS)
            if first["event"] != "loaded":
                return self._death(first)
            self._loaded = True
        try:
            self._child.send({"payload": payload, "context": _context(self.deployment)})
        except ChildFailed:
            return self._death({"event": "exited"})
        result = self._next(self.deployment.timeout_seconds)
        if result["event"] != "result":
            return self._death(result)
        return Outcome(result["payload"], result["failed"])

    def stop(self) -> None:
        """End the process."""
        self._child.stop(STOP_SECONDS)

    def _next(self, timeout_seconds: float) -> Message:
        ends_at = time.monotonic() + timeout_seconds
        message = None
        while message is None and (left := ends_at - time.monotonic()) > 0:
            with suppress(queue.Empty):
                message = self._results.get(timeout=min(left, _WATCH_SECONDS))
            if _peak_megabytes(self._child.pid) > self.deployment.memory_megabytes:
                return {"event": "out of memory"}
        return message or {"event": "timed out"}

    def _death(self, message: Message) -> Outcome:
        if message["event"] in ("timed out", "out of memory"):
            self._child.signal(signal.SIGKILL)
        self.stop()
        if message["event"] == "unloadable":
            return Outcome(message["payload"], failed=True)
        if message["event"] == "timed out":
            seconds = self.deployment.timeout_seconds
            return failure("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        if message["event"] == "out of memory":
            reason = "Runtime exited with error: signal: killed"
            limit = f"it took more than its {self.deployment.memory_megabytes} MB of memory"
            return failure("Runtime.ExitError", f"{reason} ({limit})")
        return failure("Runtime.ExitError", f"Runtime exited: {self._child.obituary()}")


def _peak_megabytes(pid: int) -> float:
    """Return the most memory that a process has held so far; 0 when nobody can say."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def failure(kind: str, message: str) -> Outcome:
    """Return the outcome of an invocation that never reached the handler's end."""
    return Outcome(json.dumps({"errorMessage": message, "errorType": kind}), failed=True)


def start(
    deployment: FunctionDeployment, folder: Path, environment: ChildEnvironment
) -> Worker | Outcome:
    """Return a worker, or the failure that Lambda reports for a package it cannot use."""
    try:
        return Worker(deployment, folder, environment)
    except BadPackage as error:
        return failure("Runtime.BadPackage", str(error))


def _variables(deployment: FunctionDeployment) -> dict[str, str]:
    return {
        "AWS_LAMBDA_FUNCTION_NAME": deployment.name,
        "AWS_LAMBDA_FUNCTION_VERSION": deployment.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(deployment.memory_megabytes),
        "_HANDLER": deployment.handler,
        **deployment.variables,
    }


def _context(deployment: FunctionDeployment) -> dict[str, Any]:
    return {
        "function_name": deployment.name,
        "function_version": deployment.version,
        "invoked_function_arn": deployment.arn,
        "memory_limit_in_mb": str(deployment.memory_megabytes),
        "aws_request_id": str(uuid.uuid4()),
        "timeout_seconds": deployment.timeout_seconds,
    }
