"""Toolchain: finds or installs everything the project runs on; what is there stays as it is.

`python tools/toolchain.py`              shows what is there
`python tools/toolchain.py setup`        installs what is missing
`python tools/toolchain.py run COMMAND…` runs a command with Java and Terraform in its environment

It runs on any Python ≥ 3.11, with the standard library alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tools.environments import FLINK, MAIN  # noqa: E402 - as a script, its path comes first
from tools.errors import ToolError  # noqa: E402
from tools.java import find_java  # noqa: E402
from tools.maven import MAVEN_FOLDER, find_maven  # noqa: E402
from tools.project import BUILD  # noqa: E402
from tools.terraform import find_terraform, terraform_environment  # noqa: E402
from tools.uv import find_uv  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ToolError",
    "command_environment",
    "find_java",
    "find_maven",
    "find_terraform",
    "setup",
    "terraform_environment",
]


def setup() -> None:
    """Install what is missing; says so, one line for each; a second call does nothing."""
    with _alone():
        find_uv()
        find_maven()  # finds Java first
        find_terraform()
        for environment in (MAIN, FLINK):
            if not environment.is_ready():
                started = time.monotonic()
                print(f"installing {environment.name} …", flush=True)
                environment.make()
                print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def command_environment() -> dict[str, str]:
    """Return this process's environment, with all tools where any program finds them."""
    java = find_java()
    programs = (MAIN.folder / "bin", java / "bin", MAVEN_FOLDER / "bin", find_terraform().parent)
    path = os.pathsep.join([*map(str, programs), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **terraform_environment(), "JAVA_HOME": str(java), "PATH": path}


def table() -> str:
    """Return what is there and what is not, one line for each tool."""
    tools: dict[str, Callable[[], object]] = {
        "Java": find_java,
        "Maven": lambda: " ".join(find_maven()),
        "Terraform": find_terraform,
        "AWS provider": _provider_source,
        ".venv": lambda: _state(MAIN.is_ready()),
        ".venv-flink": lambda: _state(FLINK.is_ready()),
    }
    return "\n".join(f"{name:<14}{_answer(find)}" for name, find in tools.items())


def _answer(find: Callable[[], object]) -> object:
    try:
        return find()
    except ToolError as error:
        return f"MISSING: {error}"


def _state(ready: bool) -> str:  # noqa: FBT001 - it is the value that is worded
    return "ready" if ready else "not set up: run `make setup`"


def _provider_source() -> str:
    return terraform_environment().get("TF_CLI_CONFIG_FILE") or "Terraform's own configuration"


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off a second set-up of this checkout, in another terminal, until this one has ended."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str]) -> int:
    environment = command_environment()
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise ToolError(f"{command[0]} is not there: run `make setup` first")
    os.execve(program, command, environment)  # noqa: S606 - signals reach the command itself


def main(arguments: list[str]) -> int:
    """Do what the command line asks; returns the exit status."""
    try:
        match arguments:
            case []:
                print(table())
            case ["setup"]:
                setup()
            case ["run", *command] if command:
                return _run(command)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except ToolError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 1
    except subprocess.SubprocessError as error:
        print(f"toolchain: a tool could not be asked for its version: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
