"""Maven: builds the jar of Flink's connectors; the machine's own, or the pinned release."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from tools.errors import ToolError
from tools.java import find_java
from tools.project import TOOLS
from tools.release import DownloadError, download

OLDEST = (3, 6, 3)  # what the shade plugin asks for
VERSION = re.compile(r"Apache Maven (\d+)\.(\d+)\.(\d+)")
RELEASE = "3.9.9"
SHA256 = "4ec3f26fb1a692473aea0235c300bd20f0f9fe741947c82c1234cefd76ac3a3c"
ARCHIVE = f"https://archive.apache.org/dist/maven/maven-3/{RELEASE}/binaries"
# Maven's own wrapper knows this variable too: a repository to take Maven from.
REPOSITORY_VARIABLE = "MVNW_REPOURL"
MAVEN_FOLDER = TOOLS / "maven"


def find_maven() -> list[str]:
    """Return the command: `mvn` when it is new enough, else the pinned release, downloaded once."""
    on_path = shutil.which("mvn")
    installed = MAVEN_FOLDER / "bin" / "mvn"
    java_home = find_java()
    for mvn in (Path(on_path) if on_path else None, installed):
        if mvn and mvn.is_file() and (maven_version(mvn, java_home) or ()) >= OLDEST:
            return [str(mvn)]
    install_maven()
    return [str(installed)]


def maven_version(mvn: Path, java_home: Path) -> tuple[int, ...] | None:
    """Return its version, or None when it does not run."""
    done = subprocess.run(
        [mvn, "--version"],
        env={**os.environ, "JAVA_HOME": str(java_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = VERSION.search(done.stdout)
    return tuple(map(int, found.groups())) if found else None


def install_maven() -> None:
    """Download the pinned release into build/tools; raises ToolError."""
    repository = os.environ.get(REPOSITORY_VARIABLE)
    folder = f"{repository}/org/apache/maven/apache-maven/{RELEASE}" if repository else ARCHIVE
    try:
        content = download(f"{folder}/apache-maven-{RELEASE}-bin.zip", SHA256)
    except DownloadError as error:
        raise ToolError(
            f"no Maven 3.6.3 or newer, and {error}: install Maven, or set {REPOSITORY_VARIABLE} "
            "to the address of a Maven repository"
        ) from error
    shutil.rmtree(MAVEN_FOLDER, ignore_errors=True)
    TOOLS.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(TOOLS)  # its checksum is ours, so are its names
    (TOOLS / f"apache-maven-{RELEASE}").rename(MAVEN_FOLDER)
    (MAVEN_FOLDER / "bin" / "mvn").chmod(0o755)
