"""A program is the machine's own if it is new enough, else its release, fetched once and whole."""

import hashlib
import io
import zipfile

import pytest

from tools import maven, program
from tools.errors import ToolError
from tools.maven import MAVEN, RELEASE, find_maven
from tools.terraform import TERRAFORM

URL = "https://releases.example/release.zip"
# what each prints of the oldest release that will do, and of one before it
SAYS = {
    MAVEN: ("Apache Maven 3.6.3 (x)", "Apache Maven 3.6.2 (x)"),
    TERRAFORM: ('{"terraform_version": "1.9.0"}', '{"terraform_version": "1.8.9"}'),
}


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch, tmp_path):
    """Nothing on the PATH, nothing installed, and no network."""

    def refused(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(program, "TOOLS", tmp_path)
    monkeypatch.setattr(program.urllib.request, "urlopen", refused)


def script(path, says):
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def release(one):
    """Return a release as a zip, and its checksum."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(str(one.place), f"#!/bin/sh\necho '{SAYS[one][0]}'\n")
    return content.getvalue(), hashlib.sha256(content.getvalue()).hexdigest()


@pytest.mark.parametrize("one", SAYS, ids=lambda one: one.name)
def test_the_one_on_the_path_is_used_if_it_is_new_enough(monkeypatch, tmp_path, one):
    """Else the installed one; without that, its release is fetched and runs."""
    new, old = SAYS[one]
    on_path = script(tmp_path / "bin" / one.place.name, old)
    content, sha256 = release(one)
    script(tmp_path / one.name.lower() / "old", "")
    with monkeypatch.context() as patch:
        patch.setattr(program.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(content))
        installed = one.get({}, URL, sha256)
    assert installed == tmp_path / one.name.lower() / one.place
    assert not (tmp_path / one.name.lower() / "old").exists()
    assert one.get({}, URL, sha256) == installed
    on_path.write_text(on_path.read_text().replace(old, new))
    assert one.get({}, URL, sha256) == on_path
    on_path.write_text("#!/bin/sh\necho unknown; exit 1\n")
    assert one.get({}, URL, sha256) == installed


@pytest.mark.parametrize(
    ("url", "sha256", "sentence"),
    [
        (URL, "0" * 64, r"has the SHA-256 .*: not installed; install Terraform"),
        (URL, None, r"^no Terraform, and no pinned release for this machine: install Terraform"),
        ("http://a", "0" * 64, r"^no Terraform, and http://a is no https address: install Terr"),
        ("https://down", "0" * 64, r"^no Terraform, and .* cannot be downloaded .*: install Terr"),
    ],
)
def test_what_cannot_be_had_is_one_sentence_that_says_what_to_do(
    monkeypatch, tmp_path, url, sha256, sentence
):
    """And nothing is installed: the checksum decides, over an encrypted address."""
    if url == URL:
        answer = release(TERRAFORM)[0]
        monkeypatch.setattr(program.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(answer))
    with pytest.raises(ToolError, match=sentence):
        TERRAFORM.get({}, url, sha256)
    assert not (tmp_path / "terraform").exists()


@pytest.mark.parametrize("repository", ["", "https://mirror.example/m"])
def test_maven_comes_from_apache_or_from_the_repository_that_was_named(monkeypatch, repository):
    """By the variable that Maven's own wrapper reads, too."""
    monkeypatch.setattr(maven, "find_java", lambda: "/java")
    monkeypatch.setenv(maven.REPOSITORY_VARIABLE, repository)
    below = f"{repository}/org/apache/maven/apache-maven/{RELEASE}" if repository else maven.ARCHIVE
    with pytest.raises(ToolError, match=f" {below}/apache-maven-{RELEASE}-bin.zip cannot be down"):
        find_maven()
