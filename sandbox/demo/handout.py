"""Handout: what a run leaves to go on with: the lake as files, `env` for a shell, next steps."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from sandbox.demo.folder import ENVIRONMENT, LAKE

# Of a person's own AWS account, or of a run before: they would win over what is exported.
UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "WSB_LAKE_FOLDER")


def write_environment(build: Path, variables: Mapping[str, str]) -> None:
    """Write a file for a shell to read, with `. FILE`."""
    lines = [f"unset {' '.join(UNSET)}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    (build / ENVIRONMENT).write_text("\n".join(lines) + "\n", encoding="utf-8")


def end_environment(build: Path) -> None:
    """Once the servers have ended: point to the saved lake, or to nothing if there is none."""
    if any((build / LAKE).glob("*.parquet")):
        write_environment(build, {"WSB_LAKE_FOLDER": str(build / LAKE)})
    else:
        (build / ENVIRONMENT).unlink(missing_ok=True)


def next_steps(build: Path, example: str | None, *, up: bool) -> list[str]:
    """Return commands to go on with.

    `example` is the id of a comment in the lake, `up` says that the servers are still there.
    """
    return [
        f". {shlex.quote(os.path.relpath(build / ENVIRONMENT))}",
        ".venv/bin/wsb lake query 'select id, score, body from comments_latest limit 5'",
        *([f".venv/bin/wsb lake history {example}"] if example else []),
        ".venv/bin/python -c 'import wsb_lake; print(wsb_lake.open().latest())'",
        *([".venv/bin/wsb check"] if up else []),
    ]
