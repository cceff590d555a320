"""Package the code: wsb_stream.zip, what the lake's Lambda and the producer's instance run."""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tools.archive import write_zip  # noqa: E402 - as a script, the checkout is not on the path yet
from tools.project import BUILD, REQUIREMENTS  # noqa: E402

PACKAGES = ("clock", "contract", "telemetry", "producer", "wsb_lake")
FILES = (PROJECT / "wsb.py", REQUIREMENTS / "producer.txt")
SUFFIXES = frozenset({".py", ".json"})
CODE_ZIP = BUILD / "packages" / "wsb_stream.zip"


def entries() -> dict[str, Path | bytes]:
    """Return what goes in, by its name in the zip: packages at its root."""
    sources = [path for package in PACKAGES for path in (PROJECT / package).rglob("*")]
    chosen = [path for path in sources if path.suffix in SUFFIXES]
    return {path.relative_to(PROJECT).as_posix(): path for path in (*chosen, *FILES)}


def package_code(target: Path = CODE_ZIP) -> Path:
    """Write the zip; the same code is the same bytes."""
    write_zip(target, entries())
    return target


if __name__ == "__main__":
    print(package_code().relative_to(PROJECT))
