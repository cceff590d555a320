"""No exchange outlasts its deadline, whatever the server does with it: real sockets."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from producer.errors import GarbledError, UnreachableError
from producer.reddit import requestor
from producer.reddit.requestor import MeteredRequestor

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"
DEADLINE = 1.0
CUT_SECONDS = 10.0  # by then a busy machine has noticed; what is not cut takes 20


class Budget:
    def __init__(self):
        self.answers = []

    def answered(self, now, headers):
        self.answers.append(dict(headers))


class Server:
    """Answers requests in turn, on as many connections as it takes.

    Of an answer bytes are sent at once and numbers are pauses; None hangs up.
    """

    def __init__(self, answers):
        self.answers = iter(answers)
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.05)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while not self.over.is_set():
            with suppress(TimeoutError):
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, suppress(OSError):  # the client hangs up when its time is over
            while connection.recv(65536):
                for part in next(self.answers):
                    if part is None or self.over.is_set():
                        return
                    if isinstance(part, bytes):
                        connection.sendall(part)
                    else:
                        self.over.wait(part)

    def close(self):
        self.over.set()
        self.thread.join(5)
        self.listener.close()


@contextmanager
def serving(*answers):
    server = Server(answers)
    yield server.url
    server.close()


def drip(count, *, first=b""):
    yield first
    for _ in range(count):
        yield b" "
        yield 0.05


@pytest.fixture
def budget(monkeypatch):
    monkeypatch.setattr(requestor, "DEADLINE_SECONDS", DEADLINE)
    return Budget()


@contextmanager
def asking(url, budget):
    asked = MeteredRequestor(
        budget=budget, now=time.monotonic, user_agent="a test of wsb", oauth_url=url
    )
    yield lambda: asked.request("GET", f"{url}/api/info", timeout=DEADLINE)
    asked.close()


@pytest.mark.parametrize(
    "behaviour",
    [drip(400, first=HEAD), drip(400, first=b"HTTP/1.1 200 OK\r\nx-slow: "), [20.0, OK]],
    ids=["a body that drips", "headers that drip", "no answer"],
)
def test_an_exchange_is_cut_at_its_deadline(budget, behaviour):
    with serving(behaviour) as url, asking(url, budget) as ask:
        began_at = time.monotonic()
        with pytest.raises(UnreachableError, match="no answer within"):
            ask()
        assert DEADLINE * 0.9 < time.monotonic() - began_at < CUT_SECONDS
    assert budget.answers == [{}]


def test_a_kept_connection_is_cut_too_and_the_next_request_gets_another(budget):
    """The second request goes over the first's connection, which drips now."""
    with serving([OK], drip(400, first=HEAD), [OK]) as url, asking(url, budget) as ask:
        assert ask().json() == {}
        began_at = time.monotonic()
        with pytest.raises(UnreachableError, match="no answer within"):
            ask()
        assert time.monotonic() - began_at < CUT_SECONDS
        assert ask().json() == {}
    assert [each.get("content-length") for each in budget.answers] == ["2", None, "2"]


def test_a_deadline_does_not_outlive_its_request(budget):
    """The timer of an answered request cuts nothing later."""
    with serving([OK], [DEADLINE / 2, OK]) as url, asking(url, budget) as ask:
        ask()
        time.sleep(DEADLINE * 0.75)  # into the first one's deadline, were it still running
        assert ask().json() == {}


def test_an_answer_that_breaks_off_is_said_to(budget):
    broken = pytest.raises(UnreachableError, match="the answer broke off")
    with serving([HEAD, b"{", None]) as url, asking(url, budget) as ask, broken:
        ask()
    assert budget.answers == [{}]


def test_an_answer_without_an_end_is_given_up(budget, monkeypatch):
    monkeypatch.setattr(requestor, "MOST_BYTES", 100_000)
    monkeypatch.setattr(requestor, "DEADLINE_SECONDS", 20.0)
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n"
    endless = [head, *[b"x" * 65536] * 1000]
    given_up = pytest.raises(GarbledError, match="longer than 100000 bytes")
    with serving(endless) as url, asking(url, budget) as ask, given_up:
        ask()
    assert budget.answers == [{}]
