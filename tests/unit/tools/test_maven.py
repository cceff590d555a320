"""Maven: the machine's own if it is new enough, else the pinned release, once."""

import hashlib
import io
import zipfile

import pytest

from tools import maven, program
from tools.errors import ToolError
from tools.maven import RELEASE, find_maven


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch, tmp_path):
    """A machine without Maven, whose Java is not asked."""
    monkeypatch.delenv(maven.REPOSITORY_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(maven, "find_java", lambda: tmp_path / "java")
    monkeypatch.setattr(maven, "MAVEN_FOLDER", tmp_path / "maven")


@pytest.fixture
def offered(monkeypatch):
    """Serve the archive of a release; returns the addresses that were asked for."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        script = f"#!/bin/sh\necho 'Apache Maven {RELEASE} (x)'\n"
        archive.writestr(f"apache-maven-{RELEASE}/bin/mvn", script)
    asked = []

    def urlopen(url, **_):
        asked.append(url)
        return io.BytesIO(content.getvalue())

    monkeypatch.setattr(maven, "SHA256", hashlib.sha256(content.getvalue()).hexdigest())
    monkeypatch.setattr(program.urllib.request, "urlopen", urlopen)
    return asked


def mvn(path, version):
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'Apache Maven {version}'\n")
    path.chmod(0o755)
    return path


def test_the_one_on_the_path_is_used(tmp_path, offered):
    """Nothing is fetched then."""
    there = mvn(tmp_path / "bin" / "mvn", "3.8.7")
    assert find_maven() == there
    assert offered == []


@pytest.mark.parametrize("found", [None, "3.0.5"])
def test_without_one_that_is_new_enough_the_release_is_fetched_once(tmp_path, offered, found):
    """From where Apache keeps its releases."""
    if found:
        mvn(tmp_path / "bin" / "mvn", found)
    installed = tmp_path / "maven" / f"apache-maven-{RELEASE}" / "bin" / "mvn"
    assert [find_maven(), find_maven()] == [installed, installed]
    assert offered == [f"{maven.ARCHIVE}/apache-maven-{RELEASE}-bin.zip"]


def test_a_repository_can_be_named(monkeypatch, offered):
    """By the variable that Maven's own wrapper reads."""
    monkeypatch.setenv(maven.REPOSITORY_VARIABLE, "https://mirror.example/maven")
    find_maven()
    folder = f"https://mirror.example/maven/org/apache/maven/apache-maven/{RELEASE}"
    assert offered == [f"{folder}/apache-maven-{RELEASE}-bin.zip"]


def test_an_address_without_encryption_is_refused(monkeypatch, offered):
    """One sentence, and nothing is fetched."""
    monkeypatch.setenv(maven.REPOSITORY_VARIABLE, "http://mirror.example/maven")
    with pytest.raises(ToolError, match=r"is no https address: install Maven"):
        find_maven()
    assert offered == []
