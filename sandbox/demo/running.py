"""RunningDemo: the two servers, the clock and the deployed composition of one run."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import CLOCK_FILE_VARIABLE, FileClock, SystemClock
from sandbox.aws.environment import REGION, SANDBOX_CREDENTIALS, client_of
from sandbox.demo.control import ControlClient
from sandbox.demo.errors import SetupError, StoppedError
from sandbox.demo.folder import WORK
from sandbox.demo.handout import write_environment
from sandbox.demo.options import Options
from sandbox.demo.snapshot import Snapshot, take_snapshot
from sandbox.demo.stack import PROJECT, Stack, find_terraform
from sandbox.process import ChildFailed, ChildProcess

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
    """Everything one run stands on.

    `reddit` is None on live Reddit, and so is `reddit_url`, unless the environment sets it.
    """

    options: Options
    clock: FileClock
    start_at: float
    reddit: ControlClient | None
    reddit_url: str | None
    aws: ControlClient
    outputs: Mapping[str, Any]
    _queryable: int = 0
    _lake_runs: int = 0

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a boto3 client of the sandbox's AWS."""
        options = {"read_timeout": LAMBDA_TIMEOUT_SECONDS, "retries": {"max_attempts": 0}}
        return client_of(self.aws.url, service, **options)

    @property
    def environment(self) -> dict[str, str]:
        """Return what every `wsb` command and the lake's reader need while the demo is up."""
        reddit = {"WSB_REDDIT_URL": self.reddit_url} if self.reddit_url else {}
        return {
            **SANDBOX_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.aws.url,
            CLOCK_FILE_VARIABLE: str(self.options.build / WORK / "clock"),
            **reddit,
            "WSB_REDDIT_SECRET_ID": self.outputs["reddit_secret_id"],
            "WSB_STREAM_NAME": self.outputs["stream_name"],
            "WSB_STATE_TABLE": self.outputs["state_table_name"],
            "WSB_MIN_SCORE": str(self.options.min_score),
            "WSB_REQUESTS_PER_MINUTE": str(self.options.requests_per_minute),
            "WSB_LAKE_BUCKET": self.outputs["lake_bucket_name"],
            "WSB_LAKE_DATABASE": self.outputs["lake_database_name"],
            "WSB_LAKE_STATE_TABLE": self.outputs["lake_state_table_name"],
        }

    def snapshot(self, *, with_producer: bool = False) -> Snapshot:
        """Ask both servers where everything stands.

        Raises StoppedError when Flink, or if asked the producer, has ended by itself.
        """
        aws = self.aws.get("status")
        reddit = self.reddit.get("status") if self.reddit else None
        flink = aws["flink"].get(self.outputs["flink_application_name"], {})
        if flink.get("status") != "RUNNING":
            raise StoppedError(f"the Flink application is not running any more: {flink.get('log')}")
        for name, one in aws["instances"].items():
            if with_producer and one["status"] == "exited":
                raise StoppedError(
                    f"the producer on {name} ended with status {one['exit_code']}: {one['log']}"
                )
        self._count_appended(aws["functions"].get(self.outputs["lake_function_name"], {}))
        return take_snapshot(self.clock.now(), self.outputs, reddit, aws, self._queryable)

    def _count_appended(self, lake_job: Mapping[str, Any]) -> None:
        """Add what the lake job's last run has appended, if it is one not seen yet."""
        runs = lake_job.get("invocations", 0)
        if runs != self._lake_runs:
            appended = (lake_job["last_result"] or {}).get("appended", {})
            self._queryable += sum(appended.values())
            self._lake_runs = runs


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


def start_demo(
    options: Options,
    credentials: Mapping[str, str],
    exits: ExitStack,
    tell: Callable[[str, str], None] = lambda *_: None,
) -> RunningDemo:
    """Start the servers and deploy, in the held folder; what was started ends with `exits`.

    Takes a minute or two; `tell` gets a few words at each step.
    """
    absent = [name for name in PACKAGE_NAMES if not (PACKAGES / name).is_file()]
    if absent:
        raise SetupError(f"{', '.join(absent)} not in {PACKAGES}: run `make package` first")
    terraform, flink_python = find_terraform(), _flink_python()
    exits.enter_context(sandbox_credentials())
    work = options.build / WORK
    clock = FileClock.create(work / "clock", now=0.0)
    servers = _Servers(work, {**os.environ, CLOCK_FILE_VARIABLE: str(work / "clock")}, exits)
    if options.live:
        reddit, start_at = None, SystemClock().now()
    else:
        tell("setting up", "the Reddit server reads its day")
        ready = servers.start("reddit", *_reddit_arguments(options))
        reddit, start_at = ControlClient(ready["url"]), ready["start_at"]
    clock.set(start_at, speed=1.0 if options.live else 0.0)
    tell("setting up", "the AWS server starts")
    url = reddit.url if reddit else os.environ.get("WSB_REDDIT_URL")
    told = ("--work-dir", str(work / "aws"), "--flink-python", str(flink_python))
    aws = ControlClient(servers.start("aws", *told, *(("--reddit-url", url) if url else ()))["url"])
    stack = Stack.prepare(terraform, work / "deployment", aws.url, os.environ)
    outputs = stack.apply(_variables(options), tell)
    demo = RunningDemo(options, clock, clock.now(), reddit, url, aws, outputs)
    demo.client("secretsmanager").put_secret_value(
        SecretId=outputs["reddit_secret_id"], SecretString=json.dumps(dict(credentials))
    )
    write_environment(options.build, demo.environment)
    return demo


def _flink_python() -> Path:
    python = Path(os.environ.get("WSB_FLINK_PYTHON") or PROJECT / ".venv-flink/bin/python")
    if not python.is_file():
        raise SetupError(f"no PyFlink environment at {python}: run `make setup` first")
    return python


def _reddit_arguments(options: Options) -> list[str]:
    source = ["--data", str(options.data)] if options.data else _generated(options)
    return [*source, "--hours", str(options.hours), "--min-score", str(options.min_score)]


def _generated(options: Options) -> list[str]:
    rate = options.comments_per_minute
    scale = [] if rate is None else ["--comments-per-minute", str(rate)]
    return ["--generate", "--seed", str(options.seed), *scale]


@dataclass(frozen=True, slots=True)
class _Servers:
    """Starts servers that log to `work` and end with `exits`."""

    work: Path
    environment: Mapping[str, str]
    exits: ExitStack

    def start(self, name: str, *arguments: str) -> dict[str, Any]:
        """Start one and return its ready line; raises SetupError."""
        command = [sys.executable, "-m", f"sandbox.{name}", *arguments]
        command += ["--clock-file", str(self.work / "clock"), "--port", "0"]
        log = self.work / f"{name}.log"
        server = ChildProcess(command, log=log, environment=self.environment, directory=PROJECT)
        self.exits.callback(server.stop, STOP_SECONDS)
        try:
            return server.wait_for("ready", READY_SECONDS)
        except ChildFailed as error:
            if server.last_line().startswith(COMPLAINT):  # it has said itself what to do
                raise SetupError(server.last_line().removeprefix(COMPLAINT)) from error
            raise SetupError(f"the sandbox's {name} server did not start: {error}") from error


def _variables(options: Options) -> dict[str, Any]:
    return {
        "region": REGION,
        "packages_dir": str(PACKAGES),
        "min_score": options.min_score,
        "requests_per_minute": options.requests_per_minute,
        "stream_retention_hours": options.stream_retention_hours,
        "destroy_lake_data": True,
        "aws_max_retries": 2,
    }
