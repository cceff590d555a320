"""The sandbox's AWS as a process of its own, and calls to it."""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config

from clock import FileClock
from sandbox.process import ChildProcess
from tests.conftest import PROJECT

START = 1_611_840_000.0  # 2021-01-28 13:20 UTC
WALL_SECONDS = 30


class SandboxAws:
    """A running sandbox whose clock stands at START until a test moves it."""

    def __init__(self, folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = FileClock.create(folder / "clock", START)
        command = [
            *(sys.executable, "-m", "sandbox.aws", "--port", "0"),
            *("--clock-file", folder / "clock", "--work-dir", folder / "work", *options),
        ]
        self.process = ChildProcess(command, log=folder / "aws.log", directory=PROJECT)
        self.url = self.process.wait_for("ready", 2 * WALL_SECONDS)["url"]

    def client(self, service):
        """Return a client that does not retry."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"max_attempts": 0}, read_timeout=WALL_SECONDS),
        )

    def control(self, method, path, body=None):
        """Call the control interface."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data, method=method)  # noqa: S310 - http
        with urllib.request.urlopen(request, timeout=WALL_SECONDS) as answer:  # noqa: S310 - http
            return json.load(answer)

    def status(self):
        """Return what everything is doing."""
        return self.control("GET", "status")

    def put_code(self, key, code):
        """Put a package into the artifacts bucket."""
        self.client("s3").put_object(Bucket="artifacts", Key=key, Body=code)

    def close(self):
        """End it, and say with which status."""
        self.process.stop(WALL_SECONDS)
        return self.process.exit_code
