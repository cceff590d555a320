"""Lock: pins and hashes every package of every environment (`make requirements`).

The files name no index and no path of this machine. `.venv`'s comes first; what else runs the
project's code is held to the same releases.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from typing import TYPE_CHECKING

from tools.errors import told
from tools.project import PROJECT, REQUIREMENTS
from tools.uv import run_uv

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "3.11"  # the oldest that the project runs on
SELF = re.compile(r"wsb-stream\[(?P<extras>[\w,-]+)\]")
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")


def wanted_by(extras: tuple[str, ...], *, base: bool) -> list[str]:
    """Return the direct requirements of these extras, and of the project itself when `base`."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set(project["dependencies"]) if base else set()
    for extra in extras:
        for requirement in project["optional-dependencies"][extra]:
            own = SELF.fullmatch(requirement)
            inner = wanted_by(tuple(own["extras"].split(",")), base=False) if own else [requirement]
            wanted.update(inner)
    return sorted(wanted)


def lock(name: str, wanted: list[str], *constraints: str) -> None:
    """Write requirements/<name>.txt; what is already pinned there stays if it still fits."""
    target = REQUIREMENTS / f"{name}.txt"
    with tempfile.NamedTemporaryFile("w", suffix=".in", encoding="utf-8") as source:
        source.write("\n".join(wanted) + "\n")
        source.flush()
        arguments: list[str | Path] = [source.name, *OPTIONS, "--python-version", PYTHON]
        for constraint in constraints:
            arguments += ["--constraints", REQUIREMENTS / f"{constraint}.txt"]
        run_uv("pip", "compile", *arguments, "-o", target, purpose=f"the pins of {target.name}")
    print(f"{target.relative_to(PROJECT)}: {target.read_text(encoding='utf-8').count('==')} pinned")


def lock_all() -> None:
    """Write all files, from pyproject.toml and requirements/*.in."""
    lock("dev", wanted_by(("dev",), base=True))
    lock("producer", wanted_by((), base=True), "dev")
    lock("lake", wanted_by(("lake",), base=False), "dev")
    for source in sorted(REQUIREMENTS.glob("*.in")):
        lock(source.stem, source.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    with told("lock"):
        lock_all()
