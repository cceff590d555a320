"""Toolchain: finds or installs everything the project runs on; what is there stays as it is.

`python -m tools.toolchain`              shows what is there
`python -m tools.toolchain setup`        installs what is missing
`python -m tools.toolchain run COMMAND…` runs a command with Java and Terraform in its environment

It runs on any Python ≥ 3.11, with the standard library alone.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from typing import NoReturn

from tools.environments import FLINK, MAIN
from tools.errors import ToolError, told
from tools.java import find_java
from tools.maven import find_maven
from tools.project import BUILD
from tools.steps import step
from tools.terraform import find_terraform, terraform_environment
from tools.uv import find_uv


def setup() -> None:
    """Install what is missing; a second set-up, in another terminal, waits for this one."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("waiting for another `make setup` of this folder"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        find_uv()
        find_maven()  # finds Java first
        find_terraform()
        for environment in (MAIN, FLINK):
            if not environment.is_ready():
                with step(f"installing {environment.name}"):
                    environment.make()


def command_environment() -> dict[str, str]:
    """Return this process's environment, with all tools where any program finds them."""
    java = find_java()
    programs = (MAIN.folder / "bin", java / "bin", find_terraform().parent)
    path = os.pathsep.join([*map(str, programs), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **terraform_environment(), "JAVA_HOME": str(java), "PATH": path}


def table() -> str:
    """Return what is there and what is not, one line for each tool."""
    tools: dict[str, Callable[[], object]] = {
        "Java": find_java,
        "Maven": find_maven,
        "Terraform": find_terraform,
        "AWS provider": lambda: (
            terraform_environment().get("TF_CLI_CONFIG_FILE") or "Terraform's own configuration"
        ),
        **{each.folder.name: each.state for each in (MAIN, FLINK)},
    }
    return "\n".join(f"{name:<14}{_answer(find)}" for name, find in tools.items())


def _answer(find: Callable[[], object]) -> object:
    try:
        return find()
    except ToolError as error:
        return f"MISSING: {error}"


def _run(command: list[str]) -> NoReturn:
    environment = command_environment()
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise ToolError(f"{command[0]} is not there: run `make setup` first")
    os.execve(program, command, environment)  # noqa: S606 - signals reach the command itself


def main(arguments: list[str]) -> None:
    """Do what the command line asks, or say why not."""
    with told("toolchain"):
        match arguments:
            case []:
                print(table())
            case ["setup"]:
                setup()
            case ["run", *command] if command:
                _run(command)
            case _:
                raise ToolError(f"not understood.\n{__doc__}")


if __name__ == "__main__":
    main(sys.argv[1:])
