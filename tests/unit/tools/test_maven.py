"""Maven comes from where Apache keeps its releases, or from the repository that was named."""

import pytest

from tools import maven
from tools.maven import RELEASE, find_maven


@pytest.mark.parametrize(
    ("named", "folder"),
    [
        (None, maven.ARCHIVE),
        (
            "https://mirror.example/m",
            f"https://mirror.example/m/org/apache/maven/apache-maven/{RELEASE}",
        ),
    ],
)
def test_without_one_the_release_is_fetched(monkeypatch, tmp_path, named, folder):
    """By the variable that Maven's own wrapper reads, too."""
    fetched = []
    monkeypatch.setattr(maven.Program, "install", lambda _, *words: fetched.append(words))
    monkeypatch.setattr(maven, "find_java", lambda: tmp_path / "java")
    monkeypatch.setattr(maven, "MAVEN_FOLDER", tmp_path / "maven")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv(maven.REPOSITORY_VARIABLE, named or "")
    found = find_maven()
    assert found == tmp_path / "maven" / f"apache-maven-{RELEASE}" / "bin" / "mvn"
    assert fetched == [
        (f"{folder}/apache-maven-{RELEASE}-bin.zip", maven.SHA256, tmp_path / "maven")
    ]
