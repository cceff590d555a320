"""Maven: builds the jar of Flink's connectors."""

import os
import re
from pathlib import Path

from tools.java import find_java
from tools.program import Program

RELEASE = "3.9.9"
SHA256 = "4ec3f26fb1a692473aea0235c300bd20f0f9fe741947c82c1234cefd76ac3a3c"
ARCHIVE = f"https://archive.apache.org/dist/maven/maven-3/{RELEASE}/binaries"
# Maven's own wrapper knows this variable too: a repository to take Maven from.
REPOSITORY_VARIABLE = "MVNW_REPOURL"
MAVEN = Program(
    name="Maven",
    place=Path(f"apache-maven-{RELEASE}/bin/mvn"),
    ask=("--version",),
    says=re.compile(r"Apache Maven (\d+)\.(\d+)\.(\d+)"),
    oldest=(3, 6, 3),  # what the shade plugin asks for
    by_hand="install Maven 3.6.3 or newer, or set "
    f"{REPOSITORY_VARIABLE} to the https address of a Maven repository",
)


def find_maven() -> Path:
    """Return `mvn`; raises ToolError."""
    repository = os.environ.get(REPOSITORY_VARIABLE)
    folder = f"{repository}/org/apache/maven/apache-maven/{RELEASE}" if repository else ARCHIVE
    url = f"{folder}/apache-maven-{RELEASE}-bin.zip"
    return MAVEN.get({"JAVA_HOME": str(find_java())}, url, SHA256)
