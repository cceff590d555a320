"""`wsb produce` as systemd runs it, with a secret that a person fills in later."""

import json
import signal
import socket
import threading
import time
from contextlib import suppress

import pytest

from sandbox.aws.environment import client_of
from tests.support.aws_emulator import TABLE
from tests.support.producer_stage import Stage

pytestmark = pytest.mark.integration

SECRET = "wsb-test/reddit"
SPEED = 4.0  # a minute is then long enough on the wall for a busy machine
WAITING_SPEED = 20.0  # while it only waits
MINUTE = 60
GOOD = {"client_id": "sandbox", "client_secret": "sandbox", "user_agent": "wsb-stream test"}


class Machine:
    """A stage whose producer has a secret instead of an environment, and systemd's socket."""

    def __init__(self, folder, aws):
        self.stage = Stage(folder, aws)
        self.secrets = client_of(aws, "secretsmanager")
        self.secrets.create_secret(Name=SECRET)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.heard = []
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self):
        gone = dict.fromkeys(("praw_client_id", "praw_client_secret", "praw_user_agent"), "")
        return self.stage.start_producer(
            WSB_REDDIT_SECRET_ID=SECRET,
            NOTIFY_SOCKET=self.manager.getsockname(),
            WATCHDOG_USEC="1000000",
            **gone,
        )

    def put(self, text):
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=text)

    def _listen(self):
        """Hear all that systemd is told."""
        with suppress(OSError):
            while message := self.manager.recv(4096):
                self.heard.append(message.decode())

    def play(self, seconds):
        """Let that much time pass."""
        until = self.stage.clock.now() + seconds
        self.stage.play_while(
            lambda: self.stage.clock.now() < until, speed=WAITING_SPEED, seconds=2 * seconds
        )

    def play_until(self, condition):
        """Let at most a minute pass; returns how much of it did."""
        began = self.stage.clock.now()
        self.stage.play_while(lambda: not condition(), speed=SPEED, seconds=MINUTE)
        return self.stage.clock.now() - began

    def names(self):
        return [event["event"] for event in self.stage.events()]

    def close(self):
        self.stage.close()
        self.manager.shutdown(socket.SHUT_RDWR)
        self.manager.close()


@pytest.fixture
def machine(tmp_path, aws_url):
    machine = Machine(tmp_path, aws_url)
    yield machine
    machine.close()


def wait_on_the_wall(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_an_empty_secret_is_waited_for_and_used_within_a_minute(machine):
    """Without a restart, an alarm storm, or a service manager that loses its patience."""
    process = machine.start()
    process.wait_for("credentials_awaited", 60)
    wait_on_the_wall(lambda: len(machine.heard) > 1)
    assert machine.heard[:2] == ["READY=1", "STATUS=waiting for Reddit's credentials"]
    machine.play(2 * MINUTE)
    machine.put("not JSON")
    machine.play(MINUTE)
    assert machine.names() == ["credentials_awaited"]  # and holds nobody else up meanwhile
    assert client_of(machine.stage.aws, "dynamodb").scan(TableName=TABLE)["Items"] == []
    machine.put(json.dumps(GOOD))
    assert machine.play_until(lambda: "started" in machine.names()) <= MINUTE
    machine.play_until(lambda: machine.stage.status()["requests"] > 2)
    assert machine.stage.stop(process)[0] == 0
    wait_on_the_wall(lambda: machine.heard.count("STOPPING=1") == 1)
    assert machine.heard.count("READY=1") == 1
    assert "STATUS=reading r/wallstreetbets" in machine.heard
    assert machine.heard.count("WATCHDOG=1") >= 5


def test_credentials_that_reddit_refuses_are_replaced_without_a_restart(machine):
    machine.put(json.dumps(GOOD | {"client_secret": "wrong"}))
    process = machine.start()
    machine.play_until(lambda: "credentials_awaited" in machine.names())
    asked = machine.stage.status()["requests"]
    machine.play(2 * MINUTE)
    assert machine.stage.status()["requests"] == asked  # what was refused is not tried again
    machine.put(json.dumps(GOOD))
    machine.play_until(lambda: machine.stage.status()["requests"] > asked + 2)
    assert machine.names().count("credentials_awaited") == 1
    assert machine.stage.stop(process)[0] == 0


def test_a_stop_is_heard_while_it_waits(machine):
    process = machine.start()
    process.wait_for("credentials_awaited", 60)
    assert machine.stage.stop(process)[0] == 0
    wait_on_the_wall(lambda: machine.heard.count("STOPPING=1") == 1)


def test_a_loop_that_stands_still_sends_no_pulse(machine):
    """What the watchdog is for: here the whole process is stopped, then goes on."""
    machine.put(json.dumps(GOOD))
    process = machine.start()
    machine.play_until(lambda: "started" in machine.names())
    wait_on_the_wall(lambda: machine.heard[-1] == "WATCHDOG=1")
    process.signal(signal.SIGSTOP)
    machine.play(10)
    before = len(machine.heard)
    machine.play(40)
    assert len(machine.heard) == before
    process.signal(signal.SIGCONT)
    machine.play_until(lambda: len(machine.heard) > before)
