"""The sandbox's AWS as a process of its own, and calls to it."""

import sys

import requests

from clock import FileClock
from sandbox.aws.environment import client_of
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
        options = {"retries": {"max_attempts": 0}, "read_timeout": WALL_SECONDS}
        return client_of(self.url, service, **options)

    def control(self, method, path, body=None):
        url = f"{self.url}/_sandbox/{path}"
        answer = requests.request(method, url, json=body, timeout=WALL_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def status(self):
        return self.control("GET", "status")

    def put_code(self, key, code):
        self.client("s3").put_object(Bucket="artifacts", Key=key, Body=code)

    def close(self):
        """End it, and say with which status."""
        self.process.stop(WALL_SECONDS)
        return self.process.exit_code
