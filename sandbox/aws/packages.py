"""Packages: zip files, unpacked once each into the work directory."""

import hashlib
import io
import shutil
import threading
import zipfile
from pathlib import Path

_LOCK = threading.Lock()


class BadPackage(ValueError):  # noqa: N818 - what was uploaded is bad, not our code
    """What was uploaded as a package is not a zip file."""


def digest_of(package: bytes) -> str:
    """Return a short name for these bytes."""
    return hashlib.sha256(package).hexdigest()[:16]


def unpack(package: bytes, into: Path) -> Path:
    """Return the folder under `into` that holds the package's files; raises BadPackage."""
    folder = into / digest_of(package)
    with _LOCK:
        if folder.is_dir():
            return folder
        half_done = folder.with_suffix(".part")
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir(parents=True)
        try:
            with zipfile.ZipFile(io.BytesIO(package)) as archive:
                archive.extractall(half_done)
        except zipfile.BadZipFile as error:
            raise BadPackage(
                f"the uploaded package ({len(package)} bytes) is not a zip file"
            ) from error
        half_done.rename(folder)
    return folder
