"""ChildEnvironment: what processes inside the sandbox's AWS are started with, and its clients."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from clock import CLOCK_FILE_VARIABLE

REGION = "us-east-1"
SANDBOX_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
# A child must not see the AWS account, the settings or the Python of the person at the keyboard.
_WITHHELD = ("AWS_", "WSB_", "PRAW_", "praw_", "PYTHON", "VIRTUAL_ENV", "TF_")


@dataclass(frozen=True)
class ChildEnvironment:
    """Makes the environment of a child: this machine's, minus what is withheld, plus ours."""

    endpoint_url: str
    clock_file: Path | None

    def of(self, region: str, **extra: str) -> dict[str, str]:
        """Return the environment of a child in that region, with `extra` on top of it."""
        here = {k: v for k, v in os.environ.items() if not k.startswith(_WITHHELD)}
        clock = {CLOCK_FILE_VARIABLE: str(self.clock_file)} if self.clock_file else {}
        regions = {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}
        ours = {**SANDBOX_CREDENTIALS, **regions, "AWS_ENDPOINT_URL": self.endpoint_url}
        return {**here, **ours, **clock, "PYTHONUNBUFFERED": "1", **extra}


def client_of(url: str, service: str, **options: Any) -> Any:
    """Return a boto3 client of the AWS at `url`, whatever account the person at the keyboard uses.

    `options` are those of botocore's Config.
    """
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=SANDBOX_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=SANDBOX_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(**options),
    )
