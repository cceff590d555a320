"""Fingerprint: what an installed folder was made from, so that nothing is installed twice."""

import hashlib
import sys
from pathlib import Path

from tools.project import PROJECT

MARK = ".wsb-made-from"


def fingerprint(*inputs: Path | str) -> str:
    """Return a digest of these files' contents, these words, the platform and the checkout's path.

    The path belongs to it because a virtual environment cannot be moved.
    """
    digest = hashlib.sha256(f"{sys.platform} {PROJECT}".encode())
    for item in inputs:
        digest.update(b"\0" + (item.read_bytes() if isinstance(item, Path) else item.encode()))
    return digest.hexdigest()


def is_current(folder: Path, wanted: str) -> bool:
    """Return whether that folder was finished, from exactly these inputs."""
    made_from = folder / MARK
    return made_from.is_file() and made_from.read_text(encoding="ascii") == wanted


def mark(folder: Path, made_from: str) -> None:
    """Say that the folder is finished; the last step of making it."""
    (folder / MARK).write_text(made_from, encoding="ascii")
