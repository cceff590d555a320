"""Terraform is found or fetched whole, and takes its provider from where there is one."""

import re

import pytest

from tools import terraform
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


def mirror_of(path, *, packed=False):
    """Make a mirror that holds the provider, in either layout of Terraform's."""
    folder = path / PROVIDER / PROVIDER_RELEASE / machine()
    if packed:
        folder = path / PROVIDER
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_{PROVIDER_RELEASE}_{machine()}.zip").touch()
    return path


def test_a_named_one_that_is_not_there_is_one_sentence(monkeypatch, tmp_path):
    """It says what to do."""
    monkeypatch.setenv("WSB_TERRAFORM", str(tmp_path / "none"))
    with pytest.raises(ToolError, match=r"WSB_TERRAFORM=.*none is no Terraform 1.9 or newer: inst"):
        find_terraform()


def test_without_one_this_machines_release_is_fetched(monkeypatch):
    """The pinned one, by its checksum."""
    monkeypatch.setattr(terraform.Program, "get", lambda _, _environment, *release: release)
    assert find_terraform() == (
        terraform.URL.format(platform=machine()),
        terraform.SHA256[machine()],
    )


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
