"""RunningDemo: the two servers, the clock and the deployed composition of one run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from clock import CLOCK_FILE_VARIABLE, FileClock
from sandbox.demo.control import ControlClient
from sandbox.demo.errors import SetupError, StoppedError
from sandbox.demo.snapshot import Names, Snapshot, take_snapshot
from sandbox.demo.stack import PROJECT, REGION, SANDBOX_CREDENTIALS, Stack
from sandbox.process import ChildFailed, ChildProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import ExitStack

    from sandbox.demo.options import Options

PACKAGES = PROJECT / "build" / "packages"
PACKAGE_NAMES = ("flink_app.zip", "wsb_stream.zip", "lake_layer.zip")
SANDBOX_REDDIT = {
    "client_id": "sandbox",
    "client_secret": "sandbox",
    "user_agent": "linux:wsb-stream:sandbox (by u/nobody)",
}
COMPLAINT = "Error: "
READY_SECONDS = 120.0  # wall; generating a day takes a while on a busy machine
STOP_SECONDS = 30.0  # wall; Flink, workers and buffers end in order
LAMBDA_TIMEOUT_SECONDS = 900  # the longest AWS allows


@dataclass(slots=True)
class RunningDemo:
    """Everything one run stands on; `reddit` is None on live Reddit."""

    options: Options
    clock: FileClock
    start_at: float
    reddit: ControlClient | None
    aws: ControlClient
    outputs: Mapping[str, Any]
    names: Names

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a boto3 client of the sandbox's AWS."""
        return boto3.client(
            service,
            endpoint_url=self.aws.url,
            region_name=REGION,
            aws_access_key_id=SANDBOX_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=SANDBOX_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(read_timeout=LAMBDA_TIMEOUT_SECONDS, retries={"max_attempts": 0}),
        )

    def snapshot(self) -> Snapshot:
        """Ask both servers where everything stands; raises StoppedError when Flink died."""
        aws = self.aws.get("status")
        reddit = self.reddit.get("status") if self.reddit else None
        flink = aws["flink"].get(self.names.flink, {})
        if flink.get("status") != "RUNNING":
            raise StoppedError(f"the Flink application is not running any more: {flink.get('log')}")
        return take_snapshot(self.clock.now(), self.names, reddit, aws)

    def check_producer(self) -> None:
        """Raise StoppedError when the producer has ended by itself."""
        for name, one in self.aws.get("status")["instances"].items():
            if one["status"] == "exited":
                raise StoppedError(
                    f"the producer on {name} ended with status {one['exit_code']}: {one['log']}"
                )


@contextmanager
def sandbox_credentials() -> Iterator[None]:
    """Let this process speak to the sandbox only, whatever AWS account the person uses."""
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in own:
        del os.environ[name]
    os.environ.update(SANDBOX_CREDENTIALS)
    try:
        yield
    finally:
        for name in SANDBOX_CREDENTIALS:
            os.environ.pop(name, None)
        os.environ.update(own)


def start_demo(options: Options, credentials: Mapping[str, str], exits: ExitStack) -> RunningDemo:
    """Start the servers and deploy; what was started ends with `exits`. Takes a minute or two."""
    work = options.build / "run"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _check_packages()
    exits.enter_context(sandbox_credentials())
    clock = FileClock.create(work / "clock", now=0.0)
    environment = {**os.environ, CLOCK_FILE_VARIABLE: str(work / "clock")}
    reddit, start_at = _start_reddit(options, work, environment, exits)
    clock.set(start_at, speed=1.0 if options.live else 0.0)
    aws = _start_aws(work, reddit, environment, exits)
    outputs = _deploy(options, work, aws)
    demo = RunningDemo(
        options, clock, clock.now(), reddit, aws, outputs, Names.from_outputs(outputs)
    )
    demo.client("secretsmanager").put_secret_value(
        SecretId=outputs["reddit_secret_id"], SecretString=json.dumps(dict(credentials))
    )
    return demo


def _check_packages() -> None:
    absent = [name for name in PACKAGE_NAMES if not (PACKAGES / name).is_file()]
    if absent:
        raise SetupError(f"{', '.join(absent)} not in {PACKAGES}: run `make package` first")


def _start_reddit(
    options: Options, work: Path, environment: Mapping[str, str], exits: ExitStack
) -> tuple[ControlClient | None, float]:
    if options.live:
        from clock import SystemClock  # noqa: PLC0415 - live is the exception

        return None, SystemClock().now()
    source = ["--data", str(options.data)] if options.data else _generated(options)
    server = _start(
        "reddit",
        [
            *source,
            "--hours",
            str(options.hours),
            "--min-score",
            str(options.min_score),
        ],
        work,
        environment,
        exits,
    )
    return ControlClient(server["url"]), server["start_at"]


def _generated(options: Options) -> list[str]:
    rate = options.comments_per_minute
    scale = [] if rate is None else ["--comments-per-minute", str(rate)]
    return ["--generate", "--seed", str(options.seed), *scale]


def _start_aws(
    work: Path, reddit: ControlClient | None, environment: Mapping[str, str], exits: ExitStack
) -> ControlClient:
    flink_python = os.environ.get(
        "WSB_FLINK_PYTHON", str(PROJECT / ".venv-flink" / "bin" / "python")
    )
    if not Path(flink_python).is_file():
        raise SetupError(f"no PyFlink environment at {flink_python}: run `make setup` first")
    url = reddit.url if reddit else os.environ.get("WSB_REDDIT_URL")
    arguments = ["--work-dir", str(work / "aws"), "--flink-python", flink_python]
    if url:
        arguments += ["--reddit-url", url]
    return ControlClient(_start("aws", arguments, work, environment, exits)["url"])


def _start(
    name: str,
    arguments: list[str],
    work: Path,
    environment: Mapping[str, str],
    exits: ExitStack,
) -> dict[str, Any]:
    """Start a server and return its ready line."""
    command = [sys.executable, "-m", f"sandbox.{name}", *arguments]
    command += ["--clock-file", str(work / "clock"), "--port", "0"]
    server = ChildProcess(
        command, log=work / f"{name}.log", environment=environment, directory=PROJECT
    )
    exits.callback(server.stop, STOP_SECONDS)
    try:
        return server.wait_for("ready", READY_SECONDS)
    except ChildFailed as error:
        if server.last_line().startswith(COMPLAINT):  # it has said itself what to do
            raise SetupError(server.last_line().removeprefix(COMPLAINT)) from error
        raise SetupError(f"the sandbox's {name} server did not start: {error}") from error


def _deploy(options: Options, work: Path, aws: ControlClient) -> dict[str, Any]:
    from tools.toolchain import (  # noqa: PLC0415 - only a checkout has the tools
        ToolError,
        find_terraform,
        terraform_environment,
    )

    try:
        terraform, environment = find_terraform(), terraform_environment()
    except ToolError as error:
        raise SetupError(str(error)) from error
    deployment = Stack.prepare(terraform, work / "deployment", aws.url, environment)
    return deployment.apply(
        {
            "region": REGION,
            "packages_dir": str(PACKAGES),
            "min_score": options.min_score,
            "requests_per_minute": options.requests_per_minute,
            "stream_retention_hours": options.stream_retention_hours,
            "destroy_lake_data": True,
            "aws_max_retries": 2,
        }
    )
