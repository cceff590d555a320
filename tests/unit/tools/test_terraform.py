"""Terraform is found or fetched whole, and takes its provider from where there is one."""

import hashlib
import io
import re
import zipfile

import pytest

from tools import program, terraform
from tools.errors import ToolError
from tools.project import PROJECT
from tools.terraform import PROVIDER, PROVIDER_RELEASE, find_terraform, machine

VARIABLES = ("WSB_TERRAFORM", "TF_CLI_CONFIG_FILE", "TF_PROVIDER_MIRROR")


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch, tmp_path):
    """A machine without Terraform, mirror or settings."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(terraform, "MIRRORS", (tmp_path / "mirror",))
    monkeypatch.setattr(terraform, "BUILD", tmp_path / "build")
    monkeypatch.setattr(terraform, "TERRAFORM_FOLDER", tmp_path / "tools")


def terraform_at(path, version="1.11.4"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"""#!/bin/sh\necho '{{"terraform_version": "{version}"}}'\n""")
    path.chmod(0o755)
    return path


def mirror_of(path, *, packed=False):
    folder = path / PROVIDER
    if packed:
        folder.mkdir(parents=True)
        (folder / f"terraform-provider-aws_{PROVIDER_RELEASE}_{machine()}.zip").touch()
    else:
        (folder / PROVIDER_RELEASE / machine()).mkdir(parents=True)
    return path


@pytest.fixture
def offered(monkeypatch):
    """Return a function that says what a download brings."""

    def offer(content):
        monkeypatch.setattr(program.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(content))

    return offer


def test_the_one_on_the_path_is_used(tmp_path):
    """If it is new enough."""
    there = terraform_at(tmp_path / "bin" / "terraform", "1.9.0")
    assert find_terraform() == there


def test_a_named_one_that_is_not_there_is_one_sentence(monkeypatch, tmp_path):
    """It says what to do."""
    monkeypatch.setenv("WSB_TERRAFORM", str(tmp_path / "none"))
    with pytest.raises(ToolError, match=r"WSB_TERRAFORM=.*none is no Terraform 1.9 or newer: inst"):
        find_terraform()


@pytest.mark.parametrize("found", [None, "1.5.7", "unknown"])
def test_without_one_that_is_new_enough_the_release_is_fetched(
    monkeypatch, tmp_path, offered, found
):
    """And the second time it is there."""
    if found:
        terraform_at(tmp_path / "bin" / "terraform", found)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("terraform", """#!/bin/sh\necho '{"terraform_version": "1.11.4"}'\n""")
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    monkeypatch.setattr(terraform, "SHA256", {machine(): digest})
    offered(content.getvalue())
    installed = find_terraform()
    assert installed == tmp_path / "tools" / "terraform"
    offered(b"not asked for again")
    assert find_terraform() == installed


def test_another_file_than_the_released_one_is_not_installed(tmp_path, offered):
    """The checksum decides."""
    offered(b"something else")
    with pytest.raises(ToolError, match=r"has the SHA-256 .*: not installed; install Terraf"):
        find_terraform()
    assert not (tmp_path / "tools").exists()


def test_no_network_is_one_sentence(monkeypatch):
    """It says what to do."""

    def refused(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setattr(program.urllib.request, "urlopen", refused)
    with pytest.raises(ToolError, match=r"cannot be downloaded .* install Terraform 1.9 or newer"):
        find_terraform()


def test_a_machine_without_a_release_is_one_sentence(monkeypatch):
    """It says what to do."""
    monkeypatch.setattr(terraform, "SHA256", {})
    with pytest.raises(ToolError, match=r"no pinned release for .* install Terraform"):
        find_terraform()


@pytest.mark.parametrize("packed", [False, True])
def test_a_mirror_with_the_provider_is_used(tmp_path, packed):
    """In either layout; nothing else is asked for the provider then."""
    mirror = mirror_of(tmp_path / "mirror", packed=packed)
    environment = terraform.terraform_environment()
    config = (tmp_path / "build" / "terraform.tfrc").read_text()
    assert environment["TF_CLI_CONFIG_FILE"] == str(tmp_path / "build" / "terraform.tfrc")
    assert f'path    = "{mirror}"' in config
    assert f'exclude = ["{PROVIDER}"]' in config


def test_a_mirror_without_the_provider_is_no_mirror(tmp_path):
    """Another release in it would only fail later."""
    (tmp_path / "mirror" / PROVIDER / "4.0.0" / machine()).mkdir(parents=True)
    assert terraform.terraform_environment() == {"CHECKPOINT_DISABLE": "1"}


def test_a_named_mirror_without_the_provider_is_an_error(monkeypatch, tmp_path):
    """Whoever names it wants it used."""
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(tmp_path))
    with pytest.raises(ToolError, match=f"has no {PROVIDER} {PROVIDER_RELEASE}"):
        terraform.terraform_environment()


def test_a_persons_own_choice_of_mirror_stays(monkeypatch, tmp_path):
    """A configuration that says where providers come from is left alone."""
    mirror_of(tmp_path / "mirror")
    own = tmp_path / "own.tfrc"
    own.write_text("provider_installation { direct {} }")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(own))
    assert "TF_CLI_CONFIG_FILE" not in terraform.terraform_environment()


def test_a_configuration_that_is_not_there_is_dropped(monkeypatch, tmp_path):
    """Terraform would warn at every call."""
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "gone.tfrc"))
    assert terraform.terraform_environment()["TF_CLI_CONFIG_FILE"] == ""


def test_the_provider_looked_for_is_the_one_the_composition_pins():
    """One release, in two places."""
    versions = (PROJECT / "terraform" / "versions.tf").read_text()
    assert re.search(r'source\s*=\s*"hashicorp/aws"\s+version\s*=\s*"([\d.]+)"', versions)[1] == (
        PROVIDER_RELEASE
    )


def test_every_platform_has_a_checksum_of_its_own():
    """Linux and macOS, on both kinds of processor."""
    assert set(terraform.SHA256) == {
        f"{system}_{kind}" for system in ("linux", "darwin") for kind in ("amd64", "arm64")
    }
    assert len(set(terraform.SHA256.values())) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in terraform.SHA256.values())
