"""Uv: the installer of everything that comes from PyPI, itself installed by pip."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.errors import ToolError
from tools.fingerprint import fingerprint, is_current, mark
from tools.pip_settings import read_pip_settings, uv_environment
from tools.project import REQUIREMENTS, TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

UV_VENV = TOOLS / "uv"
ERROR_LINES = 8


def find_uv() -> Path:
    """Return the project's own uv, pinned and hash-checked; installs it on first use."""
    uv = UV_VENV / "bin" / "uv"
    wanted = fingerprint(REQUIREMENTS / "uv.txt")
    if is_current(UV_VENV, wanted) and uv.is_file():
        return uv
    python = UV_VENV / "bin" / "python"
    _call((sys.executable, "-m", "venv", "--clear", UV_VENV), "a Python environment for uv")
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _call((*install, "--require-hashes", "-r", REQUIREMENTS / "uv.txt"), "uv from PyPI")
    mark(UV_VENV, wanted)
    return uv


def run_uv(*arguments: str | Path, purpose: str) -> str:
    """Run uv and return what it printed; raises ToolError, which names the purpose."""
    uv = find_uv()
    pip = read_pip_settings(UV_VENV / "bin" / "python")
    return _call((uv, *arguments), purpose, uv_environment(pip, os.environ))


def _call(
    command: Sequence[str | Path], purpose: str, environment: dict[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    raise ToolError(
        f"could not install {purpose}: check the network and pip's settings (`pip config list`), "
        "then run it again; it said:\n  " + "\n  ".join(said[-ERROR_LINES:])
    )
