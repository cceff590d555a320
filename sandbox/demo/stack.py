"""Stack: the project's own Terraform composition, applied to the sandbox's endpoint."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.demo.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
# What the composition reads; a copy, so that no state and no lock file gets into the checkout.
SOURCES = ("terraform", "contract", "bootstrap.sh")
SANDBOX_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
REGION = SANDBOX_CREDENTIALS["AWS_REGION"]
ERROR_LINES = 6


@dataclass(frozen=True, slots=True)
class Stack:
    """A composition in a work directory of its own.

    `environment` is the whole environment of the Terraform process; the endpoint in it is the
    only difference from a real deployment. Output goes to `terraform.log` beside the copy.
    """

    terraform: Path
    work: Path
    environment: Mapping[str, str]

    @classmethod
    def prepare(
        cls, terraform: Path, work: Path, endpoint_url: str, extra: Mapping[str, str]
    ) -> Stack:
        """Copy the composition into `work`, which must be empty or missing."""
        ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "__pycache__", "*.tfvars")
        for name in SOURCES:
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, work / name, ignore=ignored)
            else:
                shutil.copy2(source, work / name)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_VAR_"))}
        environment = {
            **inherited,
            **extra,
            **SANDBOX_CREDENTIALS,
            "AWS_ENDPOINT_URL": endpoint_url,
            "TF_IN_AUTOMATION": "1",
        }
        return cls(terraform=terraform, work=work, environment=environment)

    @property
    def log(self) -> Path:
        """Return the file that holds all that Terraform printed."""
        return self.work / "terraform.log"

    def apply(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Init and apply; returns the outputs by name. Blocks for about a minute."""
        values = self.work / "terraform" / "terraform.tfvars.json"
        values.write_text(json.dumps(variables, indent=1), encoding="utf-8")
        self.run("init", "-input=false", "-no-color")
        self.run("apply", "-input=false", "-auto-approve", "-no-color")
        outputs = json.loads(self.run("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def run(self, *arguments: str) -> str:
        """Run one Terraform command; returns what it printed, raises SetupError."""
        with self.log.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                [self.terraform, f"-chdir={self.work / 'terraform'}", *arguments],
                env=dict(self.environment),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                text=True,
                check=False,
            )
            log.write(f"$ terraform {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
        if done.returncode != 0:
            last = [line for line in done.stderr.splitlines() if line.strip()][:ERROR_LINES]
            raise SetupError(
                f"terraform {arguments[0]} failed (all of it: {self.log}):\n  " + "\n  ".join(last)
            )
        return done.stdout
