"""Fleet: runs on this machine what the instances of autoscaling groups run.

An instance is the producer that its launch template describes: the code zip from S3, with the
variables of the user data. Its folder is its disk: it outlives the process. Nothing is started
again by itself, as systemd would: a test that kills an instance boots it when it wants.
"""

import base64
import hashlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from moto.autoscaling.models import autoscaling_backends

from sandbox.aws.environment import ChildEnvironment
from sandbox.aws.instances.user_data import exports_of
from sandbox.aws.packages import unpack
from sandbox.aws.stored import stored_object
from sandbox.process import ChildProcess

_COMMAND = ("-m", "wsb", "produce")
# A producer drains for up to 60 s; the sandbox has nothing that slow.
STOP_SECONDS = 30.0


class BootError(ValueError):
    """An instance that cannot be booted; says what to do."""


class Machine(NamedTuple):
    """An instance as its launch template describes it."""

    instance_id: str
    account: str
    region: str
    variables: dict[str, str]


@dataclass
class Fleet:
    """Instances by id."""

    work_dir: Path
    environment: ChildEnvironment
    reddit_url: str | None
    _processes: dict[str, ChildProcess] = field(default_factory=dict)
    _stopped: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def boot(self) -> list[str]:
        """Start each instance that does not run; returns their ids; raises BootError."""
        with self._lock:
            idle = [m for m in machines() if not self.runs(m.instance_id)]
            for machine in idle:
                self._start(machine)
                self._stopped.discard(machine.instance_id)
            return [machine.instance_id for machine in idle]

    def kill(self, number: int) -> list[str]:
        """Send a signal to each running instance, and wait for its end."""
        with self._lock:
            running = [i for i in self._processes if self.runs(i)]
            for instance_id in running:
                self._processes[instance_id].signal(number)
            for instance_id in running:
                self._processes[instance_id].wait(STOP_SECONDS)
            return running

    def terminate(self, instance_id: str) -> None:
        """End an instance that its group or somebody terminates."""
        process = self._processes.get(instance_id)
        if process is not None:
            self._stopped.add(instance_id)
            process.stop(STOP_SECONDS)

    def close(self) -> None:
        """End all instances."""
        for instance_id in list(self._processes):
            self.terminate(instance_id)

    def status(self) -> dict[str, dict[str, Any]]:
        """Return what each instance that was ever booted is doing."""
        return {i: self._status(i, p) for i, p in list(self._processes.items())}

    def _status(self, instance_id: str, process: ChildProcess) -> dict[str, Any]:
        ended = "stopped" if instance_id in self._stopped else "exited"
        return {
            "pid": process.pid,
            "status": "running" if process.running else ended,
            "exit_code": process.exit_code,
            "log": str(process.log),
        }

    def runs(self, instance_id: str) -> bool:
        """Return whether the instance's process runs."""
        process = self._processes.get(instance_id)
        return process is not None and process.running

    def _start(self, machine: Machine) -> None:
        disk = self.work_dir / "instances" / machine.instance_id
        code = unpack(code_of(machine), disk / "code")
        reddit = {"WSB_REDDIT_URL": self.reddit_url} if self.reddit_url else {}
        variables = {
            **machine.variables,
            **reddit,
            "PRAW_ALLOW_ENDPOINT_OVERRIDE": "1",
            "WSB_OUTBOX_FOLDER": str(disk / "outbox"),  # as bootstrap.sh has it on its own disk
        }
        self._processes[machine.instance_id] = ChildProcess(
            [sys.executable, *_COMMAND],
            log=disk / "producer.log",
            directory=code,
            environment=self.environment.of(machine.region, **variables),
        )


def machines() -> Iterator[Machine]:
    """Go through the instances of all autoscaling groups."""
    for account, regions in list(autoscaling_backends.items()):
        for region, backend in list(regions.items()):
            for group in list(backend.autoscaling_groups.values()):
                user_data = group.user_data
                variables = exports_of(str(user_data)) if user_data else {}
                for state in group.active_instances():
                    yield Machine(state.instance.id, account, region, variables)


def code_of(machine: Machine) -> bytes:
    """Fetch the code that the user data names, and check its hash; raises BootError."""
    try:
        bucket = machine.variables["WSB_ARTIFACTS_BUCKET"]
        key = machine.variables["WSB_CODE_KEY"]
    except KeyError as error:
        raise BootError(
            f"The user data of {machine.instance_id} does not export {error.args[0]}: "
            "the launch template must put it before bootstrap.sh."
        ) from error
    code = stored_object(machine.account, bucket, key)
    if code is None:
        raise BootError(f"There is no s3://{bucket}/{key}: upload the code first.")
    expected = machine.variables.get("WSB_CODE_SHA256")
    digest = hashlib.sha256(code)
    if expected not in {None, digest.hexdigest(), base64.b64encode(digest.digest()).decode()}:
        raise BootError(f"s3://{bucket}/{key} is not the code with SHA-256 {expected}.")
    return code
