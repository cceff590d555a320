"""Deadline: the moment at which an HTTP exchange is cut off, whatever it is doing.

requests' time-outs are for each read: an answer that drips keeps a thread for as long as it
likes. Here a timer shuts the connection down, and the read that waits on it fails.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

_current = threading.local()


class Deadline:
    """Cuts the connection that it was given last; `over` tells that it did, or would have."""

    def __init__(self) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def watch(self, sock: socket.socket | None) -> None:
        """Take the connection in use; raises TimeoutError when the time is over already."""
        with self._lock:
            self._socket = sock
            if self.over:
                raise TimeoutError

    def cut(self) -> None:
        """End whatever is going on."""
        with self._lock:
            self.over = True
            if self._socket is not None:
                with suppress(OSError):  # closed meanwhile
                    # not SSLSocket's own, which pulls its TLS layer from under the reading thread
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def done(self) -> None:
        """Let go of the connection: others use it next."""
        with self._lock:
            self._socket = None


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """Bound the HTTP exchange made inside, by this thread and a `WatchedAdapter`, in wall time."""
    watched = Deadline()
    timer = threading.Timer(seconds, watched.cut)
    timer.daemon = True
    timer.start()
    _current.deadline = watched
    try:
        yield watched
    finally:
        timer.cancel()
        watched.done()
        _current.deadline = None


def _watch(sock: socket.socket | None) -> None:
    watched: Deadline | None = getattr(_current, "deadline", None)
    if watched is not None:
        watched.watch(sock)


class _HTTPConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *what: Any, **options: Any) -> None:  # noqa: ANN401 - urllib3's
        _watch(self.sock)  # kept open since the last request, or None
        super().request(*what, **options)


class _HTTPSConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *what: Any, **options: Any) -> None:  # noqa: ANN401 - urllib3's
        _watch(self.sock)
        super().request(*what, **options)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class WatchedAdapter(HTTPAdapter):
    """requests' transport, on connections that a `Deadline` can cut."""

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:  # noqa: ANN401 - requests'
        """Make the pools."""
        super().init_poolmanager(*sizes, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def proxy_manager_for(self, *proxy: Any, **options: Any) -> Any:  # noqa: ANN401 - requests'
        """Make the pools behind a proxy."""
        manager = super().proxy_manager_for(*proxy, **options)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


def watched_session() -> requests.Session:
    """Return a session whose exchanges a `deadline` bounds."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, WatchedAdapter())
    return session
