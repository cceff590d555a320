"""SandboxServer: moto's server, patched, with the control interface and the services behind it."""

import logging
import socket
import threading
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from sandbox.aws.attempts import Attempts
from sandbox.aws.control import AwsControl
from sandbox.aws.patching import Patching
from sandbox.aws.refusals import Refusals
from sandbox.aws.services import Services
from sandbox.aws.settings import AwsSandboxSettings

_HOST = "127.0.0.1"


class QuietHandler(MotoRequestHandler):
    """Answers without a line of log for each request, and without waiting for a full packet."""

    # Headers and body are two writes: with Nagle's algorithm each answer would cost 40 ms.
    disable_nagle_algorithm = True

    def log_request(self, *_args: Any) -> None:
        """Say nothing."""


class SandboxServer:
    """Everything of the sandbox's AWS, in this process; raises OSError when the port is taken."""

    def __init__(self, settings: AwsSandboxSettings) -> None:
        # Bound here: werkzeug would end the process over a port in use.
        with socket.create_server((_HOST, settings.port)) as bound:
            port = bound.getsockname()[1]
            self.url = f"http://{_HOST}:{port}"
            self._services = Services.of(settings, self.url)
            backends = DomainDispatcherApplication(create_backend_app)
            moto = Attempts(Refusals(backends, self._services.faults))
            self._server = make_server(
                _HOST,
                port,
                AwsControl(moto, self._services),
                threaded=True,
                request_handler=QuietHandler,
                fd=bound.fileno(),
            )
        self._patching = Patching()
        for patch in self._services.patches():
            patch(self._patching)
        self._services.schedules.start()

    def serve(self) -> None:
        """Answer until `close`."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """End the services in order, then stop answering."""
        self._services.close()
        self._server.shutdown()
        self._server.server_close()
        self._patching.revert()


def run_until(server: SandboxServer, stop: threading.Event) -> None:
    """Serve until `stop` is set, then close."""
    serving = threading.Thread(target=server.serve, name="server", daemon=True)
    serving.start()
    stop.wait()
    logging.getLogger(__name__).info("stopping")
    server.close()
    serving.join()
