"""Lock: pins and hashes every package of every environment (`make requirements`).

The files name no index and no path of this machine. `.venv`'s comes first; what else runs the
project's code is held to the same releases.
"""

import tempfile
import tomllib
from pathlib import Path

from tools.errors import told
from tools.project import PROJECT, REQUIREMENTS
from tools.uv import run_uv

PYPROJECT = PROJECT / "pyproject.toml"
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")
PYTHON = ("--python-version", "3.11")  # the oldest that the project runs on
AS_TESTED = ("--constraints", REQUIREMENTS / "dev.txt")


def lock(name: str, source: Path, *options: str | Path) -> None:
    """Write requirements/<name>.txt; what is already pinned there stays if it still fits."""
    target = REQUIREMENTS / f"{name}.txt"
    purpose = f"the pins of {target.name}"
    run_uv("pip", "compile", source, *OPTIONS, *PYTHON, *options, "-o", target, purpose=purpose)
    print(f"{target.relative_to(PROJECT)}: {target.read_text(encoding='utf-8').count('==')} pinned")


def lock_all() -> None:
    """Write all files, from pyproject.toml and requirements/*.in."""
    lock("dev", PYPROJECT, "--extra", "dev")
    lock("producer", PYPROJECT, *AS_TESTED)
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    with tempfile.TemporaryDirectory() as folder:  # without what the producer needs
        source = Path(folder) / "lake.in"
        source.write_text("\n".join(extras["lake"]), encoding="utf-8")
        lock("lake", source, *AS_TESTED)
    for source in sorted(REQUIREMENTS.glob("*.in")):
        lock(source.stem, source)


if __name__ == "__main__":
    with told("lock"):
        lock_all()
