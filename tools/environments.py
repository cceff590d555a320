"""Environments: `.venv` for everything but Flink, and `.venv-flink`, whose pins exclude the rest.

Both are Python 3.11: PyFlink 1.20 knows no newer one, and the lake's layer is built for it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import ToolError
from tools.fingerprint import fingerprint, is_current, mark
from tools.project import PROJECT, REQUIREMENTS, VENV, VENV_FLINK
from tools.uv import run_uv

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "3.11"
BUILD_PINS = (
    "--build-constraints",
    REQUIREMENTS / "build.txt",
    "--require-build-hashes",
    "--preview-features",
    "build-dependency-hashes",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that holds exactly one file of pins, and perhaps the project."""

    name: str
    folder: Path
    pins: Path
    with_project: bool

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / "bin" / "python"

    def wanted(self) -> str:
        """Return the fingerprint of what it should be made from."""
        project = [PROJECT / "pyproject.toml"] if self.with_project else []
        return fingerprint(self.pins, REQUIREMENTS / "build.txt", *project)

    def is_ready(self) -> bool:
        """Return whether nothing is left to do."""
        return is_current(self.folder, self.wanted()) and self.python.exists()

    def make(self) -> None:
        """Create it, or bring an existing one up to date; what is right already stays."""
        if not self.python.exists():
            run_uv("venv", "--clear", "--python", find_python(), self.folder, purpose=self.name)
        target = ("--python", self.python)
        hashed = ("--require-hashes", *BUILD_PINS)
        run_uv("pip", "sync", *target, *hashed, self.pins, purpose=self.name)
        if self.with_project:
            editable = ("--no-deps", *BUILD_PINS, "--editable", PROJECT)
            run_uv("pip", "install", *target, *editable, purpose="the project itself")
        mark(self.folder, self.wanted())


MAIN = Environment("the packages of .venv", VENV, REQUIREMENTS / "dev.txt", with_project=True)
FLINK = Environment("PyFlink", VENV_FLINK, REQUIREMENTS / "flink.txt", with_project=False)


def find_python() -> str:
    """Return a Python 3.11: the running one, one that uv finds on the machine, or a new one."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    try:
        return _found_python()
    except ToolError:
        return _installed_python()


def _found_python() -> str:
    return run_uv("python", "find", "--system", PYTHON, purpose="Python 3.11").strip()


def _installed_python() -> str:
    try:
        run_uv("python", "install", PYTHON, purpose="Python 3.11")
        return _found_python()
    except ToolError as error:
        raise ToolError(
            "no Python 3.11, which PyFlink 1.20 needs, and none could be downloaded: install it "
            "(apt install python3.11 python3.11-venv; brew install python@3.11; pyenv install 3.11)"
        ) from error
