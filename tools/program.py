"""Program: the machine's own if it is new enough, else the pinned release, downloaded once."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError
from tools.project import TOOLS
from tools.steps import step

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """A program that prints its version when it gets `ask`; `says` finds it there.

    `place` is its path inside an unpacked release. `by_hand` tells a person what to do where it
    can neither be found nor downloaded.
    """

    name: str
    place: Path
    ask: tuple[str, ...]
    says: re.Pattern[str]
    oldest: tuple[int, ...]
    by_hand: str

    def get(self, environment: Mapping[str, str], url: str, sha256: str | None) -> Path:
        """Return the PATH's or the installed one, the first that is new enough; else install it.

        Without a checksum there is no release for this machine. Raises ToolError.
        """
        installed = TOOLS / self.name.lower() / self.place
        candidates = [Path(shutil.which(self.place.name) or installed), installed]
        found = next((each for each in candidates if self.is_new_enough(each, environment)), None)
        if found is None:
            self._install(url, sha256)
        return found or installed

    def is_new_enough(self, path: Path, environment: Mapping[str, str]) -> bool:
        """Return whether there is one, it runs, and is not too old."""
        command, environment = [str(path), *self.ask], {**os.environ, **environment}
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        except OSError:
            return False
        found = self.says.search(done.stdout)
        return found is not None and tuple(map(int, found.groups())) >= self.oldest

    def _install(self, url: str, sha256: str | None) -> None:
        folder = TOOLS / self.name.lower()
        with step(f"downloading {self.name}"):
            content = self._download(url, sha256)
            shutil.rmtree(folder, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(folder)  # its checksum is ours, so are its names
            (folder / self.place).chmod(0o755)

    def _download(self, url: str, sha256: str | None) -> bytes:
        missing = f"no {self.name}, and"
        if sha256 is None:
            raise ToolError(f"{missing} no pinned release for this machine: {self.by_hand}")
        if not url.startswith("https://"):
            raise ToolError(f"{missing} {url} is no https address: {self.by_hand}")
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked
                content: bytes = answer.read()
        except OSError as error:
            raise ToolError(
                f"{missing} {url} cannot be downloaded ({error}): {self.by_hand}"
            ) from error
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise ToolError(
                f"{url} has the SHA-256 {found}, not {sha256}: not installed; {self.by_hand}"
            )
        return content
