"""FlinkService: runs each started application as a process, and again when it dies."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.aws.environment import ChildEnvironment
from sandbox.aws.flink.job import FlinkJob, flink_configuration
from sandbox.aws.packages import BadPackage, unpack
from sandbox.process import ChildFailed, ChildProcess

_LOG = logging.getLogger(__name__)
START_SECONDS = 300.0
STOP_SECONDS = 30.0


@dataclass
class _Run:
    job: FlinkJob
    stopping: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    child: ChildProcess | None = None
    restarts: int = 0
    log: Path | None = None


@dataclass
class FlinkService:
    """Applications by name; an application that dies is started again from its checkpoint."""

    work_dir: Path
    python: Path | None
    environment: ChildEnvironment
    _runs: dict[str, _Run] = field(default_factory=dict)

    def start(
        self, job: FlinkJob, on_running: Callable[[], None], on_failed: Callable[[str], None]
    ) -> None:
        """Start the job on a thread of its own; one of the two is called once, from there."""
        run = self._runs[job.application] = _Run(job)
        threading.Thread(
            target=self._supervise,
            args=(run, on_running, on_failed),
            name=f"flink {job.application}",
            daemon=True,
        ).start()

    def stop(self, application: str) -> None:
        """End the application's process, if there is one; returns when it has ended."""
        run = self._runs.get(application)
        if run is None:
            return
        run.stopping.set()
        if run.child is not None:
            run.child.stop(STOP_SECONDS)
        run.ended.wait(STOP_SECONDS)

    def close(self) -> None:
        """Stop all applications."""
        for application in list(self._runs):
            self.stop(application)

    def process(self, application: str) -> dict[str, Any]:
        """Return the application's process id, log and restarts, for the control interface."""
        run = self._runs.get(application)
        child = run.child if run else None
        return {
            "pid": child.pid if child and child.running else None,
            "log": str(run.log) if run and run.log else None,
            "restarts": run.restarts if run else 0,
        }

    def _supervise(
        self, run: _Run, on_running: Callable[[], None], on_failed: Callable[[str], None]
    ) -> None:
        try:
            self._launch(run).wait_for("running", START_SECONDS)
            on_running()
            self._keep_running(run)
        except (ChildFailed, BadPackage, OSError) as error:
            if run.child is not None:
                run.child.stop(STOP_SECONDS)
            on_failed(f"{error} (all of it: {run.log})" if run.log else str(error))
        finally:
            run.ended.set()

    def _keep_running(self, run: _Run) -> None:
        while run.child is not None:
            if run.child.wait(1.0) is None:
                continue
            if run.stopping.is_set():
                return
            run.restarts += 1
            _LOG.warning("flink application %s: %s", run.job.application, run.child.obituary())
            self._launch(run).wait_for("running", START_SECONDS)

    def _launch(self, run: _Run) -> ChildProcess:
        job = run.job
        if self.python is None:
            raise ChildFailed(
                "no Python with apache-flink is known: start the sandbox with --flink-python PATH"
            )
        home = self.work_dir / "flink" / job.application
        code = unpack(job.code, home / "code")
        if not (code / job.main).is_file():
            raise BadPackage(f"the application's zip holds no {job.main}")
        properties = home / "application_properties.json"
        properties.write_text(json.dumps(list(job.property_groups), indent=2))
        checkpoints = home / "checkpoints"
        checkpoints.mkdir(exist_ok=True)
        run.log = home / "flink.log"
        run.child = ChildProcess(
            [self.python, job.main],
            log=run.log,
            directory=code,
            environment=self.environment.of(
                job.region,
                WSB_FLINK_LOCAL="1",
                WSB_FLINK_PROPERTIES=str(properties),
                WSB_FLINK_CONFIG=json.dumps(flink_configuration(job, checkpoints)),
            ),
        )
        if run.stopping.is_set():
            run.child.stop(STOP_SECONDS)
        return run.child
