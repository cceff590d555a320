"""Release: one file of an official release, downloaded and held against its checksum."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 60.0


class DownloadError(Exception):
    """The file could not be had, or is not the one that was released."""


def download(url: str, sha256: str) -> bytes:
    """Return the file's bytes; raises DownloadError, also when the checksum differs."""
    if not url.startswith("https://"):
        raise DownloadError(f"{url} is no https address")
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked
            content: bytes = answer.read()
    except (OSError, urllib.error.URLError) as error:
        raise DownloadError(f"{url} cannot be downloaded ({error})") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DownloadError(f"{url} has the SHA-256 {found}, not {sha256}: it was not installed")
    return content
