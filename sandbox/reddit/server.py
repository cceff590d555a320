"""Server: uvicorn on loopback, announced on stdout once it listens."""

import json
import signal
import socket
import sys

import uvicorn

from clock import FileClock
from sandbox.reddit.app import create_app
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.world import World

HOST = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 300  # wall; a client that waits long need not connect again
_SHUTDOWN_SECONDS = 1  # wall; a fault may hold an answer back for ever


class _Announcing(uvicorn.Server):
    """Prints the first line that the process which started it waits for."""

    announcement: str

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self.announcement, flush=True)


def serve(
    world: World, clock: FileClock, port: int, min_score: int, requests_per_window: int
) -> None:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one."""
    listener = _listen(port)
    app = create_app(world, clock, Ledger(min_score), ClientQuota(requests_per_window))
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        lifespan="off",
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Announcing(config)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    server.announcement = json.dumps({"event": "ready", "url": url, "start_at": world.start_at})
    # uvicorn, once it has stopped, raises the signal that stopped it: to stop is no failure
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    server.run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise RedditSandboxError(
            f"Port {port} cannot be used ({error.strerror}): choose another, or 0 for a free one."
        ) from error
    return listener
