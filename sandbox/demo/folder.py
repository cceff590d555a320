"""Folder: where a run's logs and summary go; one run at a time, and no other run's summary."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.demo.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUMMARY = "summary.json"


@contextmanager
def hold(build: Path) -> Iterator[None]:
    """Keep other runs out for the block; raises SetupError if one is there already."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"another demo is running in {build}: wait for its end, or choose another --build"
            ) from error
        (build / SUMMARY).unlink(missing_ok=True)  # of an earlier run
        yield


def write_summary(build: Path, summary: Mapping[str, Any]) -> None:
    """Leave the summary for a machine."""
    text = json.dumps(summary, indent=1) + "\n"
    (build / SUMMARY).write_text(text, encoding="utf-8")
