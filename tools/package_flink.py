"""Package the Flink application: the connectors' jar by Maven, then build/packages/flink_app.zip.

The jar is built anew only when the pom is newer, the zip is replaced only when its bytes change.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT)]  # run as a file, it finds its neighbours

from tools.archive import tree, write_zip  # noqa: E402
from tools.errors import ToolError  # noqa: E402
from tools.java import find_java  # noqa: E402
from tools.maven import find_maven  # noqa: E402

APPLICATION = PROJECT / "flink_app"
POM = APPLICATION / "pom.xml"
BUILD = PROJECT / "build" / "flink"
JAR = BUILD / "pyflink-dependencies.jar"
ZIP = PROJECT / "build" / "packages" / "flink_app.zip"
_LOG_LINES = 3


def package() -> str:
    """Build what is out of date; returns one line that says what was done."""
    built = build_jar()
    changed = write_zip(ZIP, members())
    jar = "jar built" if built else "jar up to date"
    return f"{ZIP.relative_to(PROJECT)}: {'written' if changed else 'unchanged'} ({jar})"


def members() -> dict[str, Path | bytes]:
    """Return the zip's files: what Managed Flink wants at the root, and the two packages."""
    packages = {**tree(APPLICATION, "**/*.py"), **tree(PROJECT / "contract")}
    packages.pop("flink_app/main.py")
    return {
        "main.py": APPLICATION / "main.py",
        "lib/pyflink-dependencies.jar": JAR,
        **packages,
    }


def build_jar() -> bool:
    """Build the shaded jar unless it is newer than the pom; returns whether it was built."""
    if JAR.is_file() and JAR.stat().st_mtime >= POM.stat().st_mtime:
        return False
    BUILD.mkdir(parents=True, exist_ok=True)
    log = BUILD / "maven.log"
    command = [*find_maven(), "--batch-mode", "--file", str(POM), f"-Dwsb.build={BUILD}", "package"]
    environment = {**os.environ, "JAVA_HOME": str(find_java())}
    with log.open("wb") as output:
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
        )
    if done.returncode:
        errors = [line for line in log.read_text().splitlines() if line.startswith("[ERROR]")]
        raise ToolError(f"Maven failed, see {log}: {' '.join(errors[:_LOG_LINES])}")
    os.utime(JAR)
    return True


def main() -> int:
    """Package; a failure is one sentence and a status other than 0."""
    try:
        print(package())
    except ToolError as error:
        print(f"package_flink: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
