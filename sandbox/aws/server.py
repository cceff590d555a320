"""SandboxServer: moto's server with our patches, control interface and services around it."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from clock import FileClock, SystemClock
from sandbox.aws.attempts import Attempts
from sandbox.aws.control import Control, add_faults, add_instances
from sandbox.aws.environment import DUMMY_CREDENTIALS, ChildEnvironment
from sandbox.aws.faults import Faults
from sandbox.aws.firehose.service import DeliveryService
from sandbox.aws.flink.service import FlinkService
from sandbox.aws.functions.service import FunctionService
from sandbox.aws.instances.fleet import Fleet
from sandbox.aws.patches import patches
from sandbox.aws.patching import Patching
from sandbox.aws.schedules.service import ScheduleService
from sandbox.aws.status import flink_status, function_status, stream_status

if TYPE_CHECKING:
    from sandbox.aws.settings import Settings

_HOST = "127.0.0.1"
_REGION = "us-east-1"


class QuietHandler(MotoRequestHandler):
    """Answers without a line of log for each request, and without waiting for a full packet."""

    # Headers and body are two writes: with Nagle's algorithm each answer would cost 40 ms.
    disable_nagle_algorithm = True

    def log_request(self, *_args: Any) -> None:  # noqa: ANN401 - werkzeug's signature
        """Say nothing."""


class SandboxServer:
    """Everything of the sandbox's AWS, in this process."""

    def __init__(self, settings: Settings) -> None:
        """Patch moto and bind the port; raises OSError when it is taken."""
        self.clock = FileClock(settings.clock_file) if settings.clock_file else SystemClock()
        self.faults = Faults()
        self._patching = Patching()
        self.control = Control(Attempts(DomainDispatcherApplication(create_backend_app)))
        # Bound here: werkzeug would end the process over a port in use.
        with socket.create_server((_HOST, settings.port)) as bound:
            port = bound.getsockname()[1]
            self._server = make_server(
                *(_HOST, port, self.control),
                threaded=True,
                request_handler=QuietHandler,
                fd=bound.fileno(),
            )
        self.url = f"http://{_HOST}:{port}"
        self._start_services(settings)

    def serve(self) -> None:
        """Answer until `close`."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """End the children, then write what Firehose holds, then stop answering."""
        self.faults.set(kinesis_frozen=False)
        self.schedules.close()
        self.fleet.close()
        self.flink.close()
        self.functions.close()
        self.firehose.close()
        self._server.shutdown()
        self._server.server_close()
        self._patching.revert()

    def status(self) -> dict[str, Any]:
        """Return what everything is doing, as the control interface shows it."""
        return {
            "now": self.clock.now(),
            "streams": stream_status(),
            "delivery": self.firehose.status(),
            "flink": flink_status(self.flink),
            "functions": function_status(self.functions, self.schedules),
            "instances": self.fleet.status(),
        }

    def _start_services(self, settings: Settings) -> None:
        environment = ChildEnvironment(self.url, settings.clock_file)
        self.firehose = DeliveryService(self.clock, self.faults, self._s3)
        self.flink = FlinkService(settings.work_dir, settings.flink_python, environment)
        self.functions = FunctionService(settings.work_dir, environment, self.clock)
        self.schedules = ScheduleService(self.clock, self.functions)
        self.fleet = Fleet(settings.work_dir, environment, settings.reddit_url)
        for patch in patches(self):
            patch(self._patching)
        self.schedules.start()
        self.control.add("GET", "status", lambda _: self.status())
        add_instances(self.control, self.fleet)
        add_faults(self.control, self.faults)

    def _s3(self) -> Any:  # noqa: ANN401 - boto3 makes its clients' types at run time
        return boto3.client(
            "s3",
            region_name=_REGION,
            endpoint_url=self.url,
            aws_access_key_id=DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )


def run_until(server: SandboxServer, stop: threading.Event) -> None:
    """Serve until `stop` is set, then close."""
    serving = threading.Thread(target=server.serve, name="server", daemon=True)
    serving.start()
    stop.wait()
    logging.getLogger(__name__).info("stopping")
    server.close()
    serving.join()
