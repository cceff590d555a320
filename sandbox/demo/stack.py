"""Stack: the project's own Terraform composition, applied to the sandbox's endpoint."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sandbox.aws.environment import SANDBOX_CREDENTIALS
from sandbox.demo.errors import SetupError
from sandbox.process import ChildProcess

PROJECT = Path(__file__).parents[2]
# What the composition reads; a copy, so that no state and no lock file gets into the checkout.
SOURCES = ("terraform", "contract", "bootstrap.sh")
ERROR_LINES = 6
COMMAND_SECONDS = 1800.0  # wall; far longer than any command takes


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
        cls, terraform: Path, work: Path, endpoint_url: str, environment: Mapping[str, str]
    ) -> Self:
        """Copy the composition into `work`, which must be empty or missing.

        Of `environment`, whatever it says of AWS or of Terraform's variables is left out.
        """
        ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "__pycache__", "*.tfvars")
        for name in SOURCES:
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, work / name, ignore=ignored)
            else:
                shutil.copy2(source, work / name)
        inherited = {k: v for k, v in environment.items() if not k.startswith(("AWS_", "TF_VAR_"))}
        own = {**SANDBOX_CREDENTIALS, "AWS_ENDPOINT_URL": endpoint_url, "TF_IN_AUTOMATION": "1"}
        return cls(terraform=terraform, work=work, environment={**inherited, **own})

    @property
    def log(self) -> Path:
        """Return the file that holds all that Terraform printed."""
        return self.work / "terraform.log"

    def apply(
        self, variables: Mapping[str, Any], tell: Callable[[str, str], None] = lambda *_: None
    ) -> dict[str, Any]:
        """Init and apply; returns the outputs by name. Blocks for about a minute, and tells."""
        values = self.work / "terraform" / "terraform.tfvars.json"
        values.write_text(json.dumps(variables, indent=1), encoding="utf-8")
        tell("terraform init", "")
        self.run("init", "-input=false", "-no-color")
        progress = ApplyProgress()
        self.run(
            *("apply", "-input=false", "-auto-approve", "-no-color"),
            each_line=lambda line: tell("terraform apply", progress.after(line)),
        )
        outputs = json.loads(self.run("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def run(self, *arguments: str, each_line: Callable[[str], object] = lambda _: None) -> str:
        """Run one Terraform command; returns what it printed, raises SetupError.

        It ends with whoever runs it. `each_line` is called on a thread of its own.
        """
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ terraform {' '.join(arguments)}\n")
            log.flush()
            begun = log.tell()
        printed: list[str] = []

        def take(line: str) -> None:
            printed.append(line)
            each_line(line)

        command: list[str | Path] = [
            self.terraform,
            f"-chdir={self.work / 'terraform'}",
            *arguments,
        ]
        child = ChildProcess(command, log=self.log, environment=self.environment, on_line=take)
        try:
            status = child.wait(COMMAND_SECONDS)
        finally:
            child.stop()
        if status != 0:
            said = self.log.read_bytes()[begun:].decode(errors="replace")
            raise SetupError(
                f"terraform {arguments[0]} failed (all of it: {self.log}):\n  "
                + "\n  ".join(error_lines(said))
            )
        return "".join(printed)


class ApplyProgress:
    """Reads what `terraform apply` prints, line by line."""

    def __init__(self) -> None:
        self._resources = 0
        self._creating: dict[str, None] = {}
        self._done = 0

    def after(self, line: str) -> str:
        """Take the next line; returns how far it is."""
        name, _, what = line.strip().partition(": ")
        if name == "Plan":
            self._resources = int(what.split()[0])
        elif what.startswith("Creating"):
            self._creating[name] = None
        elif what.startswith("Creation complete"):
            self._done += 1
            self._creating.pop(name, None)
        if not self._resources:
            return "planning"
        waiting = next(iter(self._creating), "")  # the one that takes longest
        return f"{self._done} of {self._resources} resources{waiting and f', {waiting}'}"


def error_lines(printed: str) -> list[str]:
    """Return the first lines that say something from Terraform's first error on, else the last."""
    lines = [line for line in printed.splitlines() if line.strip()]
    errors = [place for place, line in enumerate(lines) if line.startswith("Error")]
    return lines[errors[0] :][:ERROR_LINES] if errors else lines[-ERROR_LINES:]


def find_terraform() -> Path:
    """Return WSB_TERRAFORM, else the PATH's, as `make` sets it; raises SetupError."""
    found = shutil.which(os.environ.get("WSB_TERRAFORM") or "terraform")
    if found is None:
        raise SetupError("no Terraform: use `make demo`, which finds or installs it")
    return Path(found)
