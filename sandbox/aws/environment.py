"""ChildEnvironment: the variables that processes inside the sandbox's AWS are started with."""

import os
from dataclasses import dataclass
from pathlib import Path

from clock import CLOCK_FILE_VARIABLE

DUMMY_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# A child must not see the AWS account, the settings or the Python of the person at the keyboard.
_WITHHELD = ("AWS_", "WSB_", "PRAW_", "praw_", "PYTHON", "VIRTUAL_ENV", "TF_")


@dataclass(frozen=True)
class ChildEnvironment:
    """Makes the environment of a child: this machine's, minus what is withheld, plus ours."""

    endpoint_url: str
    clock_file: Path | None

    def of(self, **extra: str) -> dict[str, str]:
        """Return the environment with `extra` on top of it."""
        here = {k: v for k, v in os.environ.items() if not k.startswith(_WITHHELD)}
        clock = {CLOCK_FILE_VARIABLE: str(self.clock_file)} if self.clock_file else {}
        ours = {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint_url}
        return {**here, **ours, **clock, "PYTHONUNBUFFERED": "1", **extra}
