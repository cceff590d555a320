"""Environments: `.venv` for everything but Flink, and `.venv-flink`, whose pins exclude the rest.

Both are Python 3.11: PyFlink 1.20 knows no newer one, and the lake's layer is built for it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.fingerprint import fingerprint, is_current, mark
from tools.project import PROJECT, REQUIREMENTS, VENV, VENV_FLINK
from tools.uv import run_uv

# Another release is looked for on the machine by uv, and downloaded where there is none.
PYTHON = sys.executable if sys.version_info[:2] == (3, 11) else "3.11"
WITH_PYTHON = (
    "Python 3.11 (apt install python3.11 python3.11-venv; brew install python@3.11; "
    "pyenv install 3.11)"
)
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

    def state(self) -> str:
        """Return, for a person, whether it is."""
        return "ready" if self.is_ready() else "not set up: run `make setup`"

    def make(self) -> None:
        """Create it, or bring an existing one up to date; what is right already stays."""
        if not self.python.exists():
            run_uv("venv", "--clear", "--python", PYTHON, self.folder, purpose=WITH_PYTHON)
        target = ("--python", self.python)
        hashed = ("--require-hashes", *BUILD_PINS)
        run_uv("pip", "sync", *target, *hashed, self.pins, purpose=self.name)
        if self.with_project:
            editable = ("--no-deps", *BUILD_PINS, "--editable", PROJECT)
            run_uv("pip", "install", *target, *editable, purpose="the project itself")
        mark(self.folder, self.wanted())


MAIN = Environment("the packages of .venv", VENV, REQUIREMENTS / "dev.txt", with_project=True)
FLINK = Environment("PyFlink", VENV_FLINK, REQUIREMENTS / "flink.txt", with_project=False)
