"""Terraform: the program, and where it takes the AWS provider from."""

import json
import os
import platform
import re
import sys
from pathlib import Path

from tools.errors import ToolError
from tools.program import Program
from tools.project import BUILD

RELEASE = "1.11.4"
URL = f"https://releases.hashicorp.com/terraform/{RELEASE}/terraform_{RELEASE}_{{platform}}.zip"
# From the release's SHA256SUMS, as several package recipes quote them.
SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
TERRAFORM = Program(
    name="Terraform",
    place=Path("terraform"),
    ask=("version", "-json"),
    says=re.compile(r'"terraform_version": *"(\d+)\.(\d+)'),
    oldest=(1, 9),  # variable validations that look at other variables
    by_hand="install Terraform 1.9 or newer, or set WSB_TERRAFORM to its path",
)

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
    """Return Terraform: WSB_TERRAFORM, the PATH's, or the pinned release; raises ToolError."""
    environment = terraform_environment()
    named = os.environ.get("WSB_TERRAFORM")
    if not named:
        here = machine()
        return TERRAFORM.get(environment, URL.format(platform=here), SHA256.get(here))
    if not TERRAFORM.is_new_enough(Path(named), environment):
        raise ToolError(f"WSB_TERRAFORM={named} is no Terraform 1.9 or newer: {TERRAFORM.by_hand}")
    return Path(named)


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
        environment["TF_CLI_CONFIG_FILE"] = str(_mirror_config(mirror))
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


def _mirror_config(mirror: Path) -> Path:
    """Return the configuration that takes the provider from the mirror, written if need be."""
    target = BUILD / "terraform.tfrc"
    text = MIRROR_CONFIG.format(path=json.dumps(str(mirror.resolve())), provider=PROVIDER)
    if not target.is_file() or target.read_text("utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target
