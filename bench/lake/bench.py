"""Bench: runs each task in a process of its own, and writes down what it took."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.lake import tasks
from bench.lake.server import CONTEXT, Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.table import Table

COLUMNS = (
    *("task", "lake", "observations", "seconds", "cpu_seconds", "peak_mb", "requests"),
    "bytes_per_observation",
)
TASKS = {tasks.live: "settle", tasks.latest_scores: "latest"}  # the others are called what they are


@dataclass(frozen=True)
class Bench:
    """Runs tasks in processes of their own, and puts their rows into the table."""

    server: Server
    table: Table

    def prepare(self, task: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401 - the task's
        """Run a task that is not measured."""
        return self._run(task, args)[0]

    def measure(self, lake: str, task: Callable[..., tasks.Result], *args: object) -> None:
        """Run a task, and add its row."""
        before = self.server.requests
        result, peak_mb = self._run(task, args)
        stored = result.stored_bytes
        self.table.add(
            {
                "task": TASKS.get(task, task.__name__),
                "lake": lake,
                "observations": result.observations,
                "seconds": round(result.took.seconds, 2),
                "cpu_seconds": round(result.took.cpu_seconds, 2),
                "peak_mb": peak_mb,
                "requests": self.server.requests - before,
                "bytes_per_observation": stored and round(stored / result.observations, 1),
            }
        )

    def _run(self, task: Callable[..., Any], args: tuple[object, ...]) -> tuple[Any, int]:
        mine, its = CONTEXT.Pipe()
        process = CONTEXT.Process(target=_told, args=(its, task, args))
        process.start()
        its.close()
        try:
            answer: tuple[Any, int] = mine.recv()
        except EOFError:
            sys.exit(f"{task.__name__} failed: see above")
        process.join()
        return answer


def _told(pipe: Any, task: Callable[..., Any], args: tuple[object, ...]) -> None:  # noqa: ANN401 - multiprocessing's
    result = task(*args)
    pipe.send((result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))
