"""A program is the machine's own if it is new enough, else its release, fetched once and whole."""

import hashlib
import io
import zipfile

import pytest

from tools import program
from tools.errors import ToolError
from tools.maven import MAVEN
from tools.terraform import TERRAFORM

URL = "https://releases.example/release.zip"
# what each prints of the oldest release that will do, and of one before it
SAYS = {
    MAVEN: ("Apache Maven 3.6.3 (x)", "Apache Maven 3.6.2 (x)"),
    TERRAFORM: ('{"terraform_version": "1.9.0"}', '{"terraform_version": "1.8.9"}'),
}


@pytest.fixture(autouse=True)
def empty_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def script(path, says):
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def serve(monkeypatch, content):
    monkeypatch.setattr(program.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("one", SAYS, ids=lambda one: one.name)
def test_the_one_on_the_path_is_used_if_it_is_new_enough(tmp_path, one):
    """Else the installed one; else none."""
    new, old = SAYS[one]
    on_path, installed = tmp_path / "bin" / one.command, tmp_path / "installed" / one.command
    script(on_path, old)
    assert one.find(installed, {}) is None
    script(installed, new)
    assert one.find(installed, {}) == installed
    on_path.write_text(on_path.read_text().replace(old, new))
    assert one.find(installed, {}) == on_path
    on_path.write_text("#!/bin/sh\necho unknown; exit 1\n")
    assert one.find(installed, {}) == installed


def test_a_release_is_unpacked_and_runs(monkeypatch, tmp_path):
    """What lay there before is gone."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("release/bin/mvn", f"#!/bin/sh\necho '{SAYS[MAVEN][0]}'\n")
    script(tmp_path / "maven" / "old", "")
    MAVEN.install(URL, serve(monkeypatch, content.getvalue()), tmp_path / "maven")
    assert [one.name for one in (tmp_path / "maven").iterdir()] == ["release"]
    assert MAVEN.is_new_enough(tmp_path / "maven" / "release" / "bin" / "mvn", {})


def test_another_file_than_the_released_one_is_not_installed(monkeypatch, tmp_path):
    """The checksum decides."""
    serve(monkeypatch, b"something else")
    with pytest.raises(ToolError, match=r"has the SHA-256 .*: not installed; install Terraform"):
        TERRAFORM.install(URL, "0" * 64, tmp_path / "tool")
    assert not (tmp_path / "tool").exists()


def test_no_network_is_one_sentence(monkeypatch, tmp_path):
    """It says what to do."""

    def refused(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setattr(program.urllib.request, "urlopen", refused)
    with pytest.raises(
        ToolError, match=r"^no Maven, and .* cannot be downloaded .*: install Maven"
    ):
        MAVEN.install(URL, "", tmp_path / "tool")


def test_an_address_without_encryption_is_refused(tmp_path):
    """Before anything is fetched."""
    with pytest.raises(ToolError, match=r"http://a is no https address: install Maven"):
        MAVEN.install("http://a", "", tmp_path)
