"""Folder: where a run's logs and results go; one run at a time, and no other run's results."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sandbox.demo.errors import SetupError

LOCK = "lock"  # also tells that the folder is a demo's own
SUMMARY = "summary.json"
ENVIRONMENT = "env"
LAKE = "lake"
WORK = "run"


@contextmanager
def hold(build: Path) -> Iterator[None]:
    """Keep other runs out for the block; what the last run left stays until `clear`.

    Raises SetupError if another run is there, or the folder holds other things or cannot be used.
    """
    with ExitStack() as exits:
        try:
            build.mkdir(parents=True, exist_ok=True)
            if any(build.iterdir()) and not (build / LOCK).exists():
                raise SetupError(
                    f"{build} holds other things than a demo's, which would be deleted: choose an "
                    "empty or a new folder with --build"
                )
            lock = exits.enter_context((build / LOCK).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"another demo is running in {build}: wait for its end, or choose another --build"
            ) from error
        except OSError as error:
            raise SetupError(
                f"{error.filename or build} cannot be used ({error.strerror}): choose another "
                "folder with --build"
            ) from error
        yield


def clear(build: Path) -> None:
    """Clear away what the last run left; leaves an empty folder WORK."""
    for name in (SUMMARY, ENVIRONMENT):
        (build / name).unlink(missing_ok=True)
    for name in (LAKE, WORK):
        if (build / name).exists():
            shutil.rmtree(build / name)
    (build / WORK).mkdir()


def write_summary(build: Path, summary: Mapping[str, Any]) -> None:
    """Leave the summary for a machine."""
    text = json.dumps(summary, indent=1) + "\n"
    (build / SUMMARY).write_text(text, encoding="utf-8")
