"""Uv: the installer of everything that comes from PyPI, itself installed by pip.

uv reads none of pip's settings: where pip knows a company's mirror or proxy, uv is told of it.
"""

import ast
import os
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.errors import ToolError
from tools.fingerprint import fingerprint, is_current, mark
from tools.project import REQUIREMENTS, TOOLS
from tools.steps import step

UV_VENV = TOOLS / "uv"
ERROR_LINES = 8
UV_NAMES = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "proxy": "HTTPS_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}


def find_uv() -> Path:
    """Return the project's own uv, pinned and hash-checked; installs it on first use."""
    uv = UV_VENV / "bin" / "uv"
    wanted = fingerprint(REQUIREMENTS / "uv.txt")
    if is_current(UV_VENV, wanted) and uv.is_file():
        return uv
    python = UV_VENV / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    with step("installing uv"):
        _call((sys.executable, "-m", "venv", "--clear", UV_VENV), "a Python environment for uv")
        _call((*install, "--require-hashes", "-r", REQUIREMENTS / "uv.txt"), "uv from PyPI")
    mark(UV_VENV, wanted)
    return uv


def run_uv(*arguments: str | Path, purpose: str) -> str:
    """Run uv and return what it printed; raises ToolError, which names the purpose."""
    uv = find_uv()
    pip = _call((UV_VENV / "bin" / "python", "-m", "pip", "config", "list"), "pip's settings")
    return _call((uv, *arguments), purpose, uv_environment(pip, os.environ))


def uv_environment(pip: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv: what `pip config list` printed, below what is already set."""
    told = {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # pip's; hashes make it safe
    if sys.platform == "darwin" or ssl.get_default_verify_paths().cafile:
        told["UV_SYSTEM_CERTS"] = "1"
    # pip prints by the alphabet; its variables override its files
    for line in sorted(pip.splitlines(), key=lambda line: line.startswith(":env:")):
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in UV_NAMES:
            words = str(ast.literal_eval(value)).split()
            told[UV_NAMES[name]] = ("," if name == "find-links" else " ").join(words)
    if not Path(told.get("SSL_CERT_FILE", "")).is_file():
        told.pop("SSL_CERT_FILE", None)
    return {**told, **environment}


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
