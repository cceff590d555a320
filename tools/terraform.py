"""Terraform: the program, and where it takes the AWS provider from."""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tools.errors import ToolError
from tools.project import BUILD, TOOLS
from tools.release import DownloadError, download

OLDEST = (1, 9)  # variable validations that look at other variables
RELEASE = "1.11.4"
URL = f"https://releases.hashicorp.com/terraform/{RELEASE}/terraform_{RELEASE}_{{platform}}.zip"
# From the release's SHA256SUMS, as several package recipes quote them.
SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
TERRAFORM_FOLDER = TOOLS / "terraform"
BY_HAND = "install Terraform 1.9 or newer, or set WSB_TERRAFORM to its path"

PROVIDER = "registry.terraform.io/hashicorp/aws"
PROVIDER_RELEASE = "5.100.0"  # terraform/versions.tf pins the same; a test holds them together
# Terraform looks into its own folders (~/.terraform.d/plugins, /usr/share/terraform/plugins, …)
# without being told.
MIRRORS = (Path("/opt/tf-plugins"), Path("/opt/terraform/plugins"))
MIRROR_CONFIG = """\
provider_installation {{
  filesystem_mirror {{
    path    = {path}
    include = ["{provider}"]
  }}
  direct {{
    exclude = ["{provider}"]
  }}
}}
"""


def find_terraform() -> Path:
    """Return Terraform: WSB_TERRAFORM, else the PATH's if new enough, else the pinned release."""
    named = os.environ.get("WSB_TERRAFORM")
    if named:
        if (terraform_version(Path(named)) or ()) < OLDEST:
            raise ToolError(f"WSB_TERRAFORM={named} is no Terraform 1.9 or newer: {BY_HAND}")
        return Path(named)
    installed = TERRAFORM_FOLDER / "terraform"
    on_path = shutil.which("terraform")
    for candidate in (Path(on_path) if on_path else None, installed):
        if candidate and (terraform_version(candidate) or ()) >= OLDEST:
            return candidate
    return install_terraform()


def terraform_version(terraform: Path) -> tuple[int, ...] | None:
    """Return its version, or None when it does not run."""
    try:
        done = subprocess.run(
            [terraform, "version", "-json"],
            env={**os.environ, **terraform_environment()},
            capture_output=True,
            text=True,
            check=False,
        )
        return tuple(int(n) for n in json.loads(done.stdout)["terraform_version"].split(".")[:2])
    except (OSError, ValueError, KeyError):
        return None


def install_terraform() -> Path:
    """Download the pinned release into build/tools; raises ToolError."""
    here = machine()
    if here not in SHA256:
        raise ToolError(f"no Terraform, and no pinned release for {here}: {BY_HAND}")
    try:
        content = download(URL.format(platform=here), SHA256[here])
    except DownloadError as error:
        raise ToolError(f"no Terraform, and {error}: {BY_HAND}") from error
    TERRAFORM_FOLDER.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program = Path(archive.extract("terraform", TERRAFORM_FOLDER))
    program.chmod(0o755)
    return program


def machine() -> str:
    """Return this machine as release files name it, e.g. linux_amd64."""
    known = {"x86_64": "amd64", "aarch64": "arm64"}
    kind = platform.machine().lower()
    return f"{sys.platform}_{known.get(kind, kind)}"


def terraform_environment() -> dict[str, str]:
    """Return what to add to Terraform's environment, whoever calls it.

    With a local mirror of the provider (TF_PROVIDER_MIRROR, or a usual folder) a configuration
    that uses it; without one the person's own stays as it is, except that a variable naming a
    file that is not there is emptied, which Terraform takes as unset.
    """
    environment = {"CHECKPOINT_DISABLE": "1"}
    named = os.environ.get("TF_CLI_CONFIG_FILE", "")
    if Path(named).is_file() and "provider_installation" in Path(named).read_text("utf-8"):
        return environment  # the person has said where providers come from
    mirror = find_mirror()
    if mirror:
        environment["TF_CLI_CONFIG_FILE"] = str(write_mirror_config(mirror))
    elif named and not Path(named).is_file():
        environment["TF_CLI_CONFIG_FILE"] = ""
    return environment


def find_mirror() -> Path | None:
    """Return the first local mirror that holds the pinned provider for this machine."""
    named = os.environ.get("TF_PROVIDER_MIRROR")
    if named and not holds_provider(Path(named)):
        raise ToolError(
            f"TF_PROVIDER_MIRROR={named} has no {PROVIDER} {PROVIDER_RELEASE} for {machine()}: "
            "fill it with `terraform providers mirror`, or unset it"
        )
    candidates = (Path(named),) if named else MIRRORS
    return next((mirror for mirror in candidates if holds_provider(mirror)), None)


def holds_provider(mirror: Path) -> bool:
    """Return whether it does, unpacked or as a zip; both are layouts of Terraform's."""
    folder = mirror / PROVIDER
    packed = folder / f"terraform-provider-aws_{PROVIDER_RELEASE}_{machine()}.zip"
    return (folder / PROVIDER_RELEASE / machine()).is_dir() or packed.is_file()


def write_mirror_config(mirror: Path) -> Path:
    """Write the configuration that takes the provider from the mirror; returns its path."""
    target = BUILD / "terraform.tfrc"
    text = MIRROR_CONFIG.format(path=json.dumps(str(mirror.resolve())), provider=PROVIDER)
    if not target.is_file() or target.read_text("utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target
