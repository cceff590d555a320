"""Trino: the real engine that is nearest to Athena, for `make test-trino`: 1.5 GB, once."""

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tools.errors import ToolError
from tools.fingerprint import fingerprint, is_current, mark
from tools.java import find_java, install_java
from tools.maven import find_maven
from tools.project import TOOLS
from tools.steps import step

RELEASE = "476"
SHA256 = "cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f"
ARTIFACT = f"io.trino:trino-server:{RELEASE}:tar.gz"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
TRINO_FOLDER = TOOLS / "trino"
JAVA_VERSIONS = range(24, 26)
PARTS = ("bin/", "lib/", "plugin/iceberg/", "secrets-plugin/")  # the other plugins are 2.7 GB


def find_trino() -> tuple[Path, Path]:
    """Return the folder of the server and its JAVA_HOME; installs both on first use.

    Raises ToolError.
    """
    folder = TRINO_FOLDER / f"trino-server-{RELEASE}"
    java = install_java(TOOLS / "java-trino", "trino.txt", JAVA_VERSIONS, "Java 25 for Trino")
    wanted = fingerprint(SHA256, *PARTS)
    if not is_current(TRINO_FOLDER, wanted):
        shutil.rmtree(TRINO_FOLDER, ignore_errors=True)
        TRINO_FOLDER.mkdir(parents=True)
        with step(f"downloading Trino {RELEASE} (800 MB)"):
            archive = _download()
        with step("unpacking Trino"):
            _unpack(archive)
        archive.unlink()
        mark(TRINO_FOLDER, wanted)
    return folder, java


def _download() -> Path:
    archive = TRINO_FOLDER / f"trino-server-{RELEASE}.tar.gz"
    # a repository of its own: Maven's would keep the archive for good
    kept = TRINO_FOLDER / "maven"
    command = [str(find_maven()), "--batch-mode", "--quiet", f"-Dmaven.repo.local={kept}", COPY]
    command += [f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={TRINO_FOLDER}"]
    environment = {**os.environ, "JAVA_HOME": str(find_java())}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or not archive.is_file():
        said = " ".join((done.stdout + done.stderr).split())
        raise ToolError(f"Maven could not download {ARTIFACT}: {said or 'it does not say why'}")
    shutil.rmtree(kept)
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ToolError(f"{archive} has the SHA-256 {found}, not {SHA256}: not unpacked")
    return archive


def _unpack(archive: Path) -> None:
    """Unpack the parts that are used, and the files of others that these are hard links to."""
    needed = set()
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            if member.name.partition("/")[2].startswith(PARTS):
                needed.add(member.name)
                if member.islnk():
                    needed.add(member.linkname)
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            if member.name in needed:
                members.extract(member, TRINO_FOLDER, filter="data")
    for plugin in (TRINO_FOLDER / f"trino-server-{RELEASE}" / "plugin").iterdir():
        if plugin.name != "iceberg":  # half a plugin would not start
            shutil.rmtree(plugin)
