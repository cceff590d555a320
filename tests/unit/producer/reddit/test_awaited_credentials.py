"""A secret without usable credentials is waited for."""

import threading

import pytest

from producer.errors import CredentialsMissingError, CredentialsWrongError
from producer.events import CredentialsAwaited
from producer.reddit.awaited_credentials import AwaitedCredentials
from producer.reddit.credentials import Credentials
from tests.support.producer_fakes import MemoryLog, VirtualClock

GOOD = Credentials("id", "secret", "wsb-stream test")
WRONG = CredentialsWrongError("no")
OTHER = Credentials("id", "another secret", "wsb-stream test")


class Secret:
    """A secret on a virtual clock; `value` is credentials, or the reason why there are none."""

    def __init__(self, value="the secret is empty", *, from_secret=True):
        self.value = value
        self.looks = []
        self.clock = VirtualClock()
        self.log = MemoryLog()
        self.stop = threading.Event()
        self.pulses = []
        self.changes = {}
        self.awaited = AwaitedCredentials(
            self.find, from_secret=from_secret, clock=self.clock, log=self.log
        )

    def find(self):
        self.looks.append(self.clock.monotonic())
        if isinstance(self.value, str):
            raise CredentialsMissingError(self.value)
        return self.value

    def pulse(self):
        now = self.clock.monotonic()
        self.pulses.append(now)
        self.changes.get(now, lambda: None)()

    def put(self, value):
        self.value = value

    def wait(self):
        return self.awaited.wait(self.stop, self.pulse)


def test_what_is_there_is_used_at_once():
    secret = Secret(GOOD)
    assert (secret.wait(), secret.looks, secret.log.events) == (GOOD, [0.0], [])


def test_a_value_is_picked_up_within_a_minute():
    secret = Secret()
    secret.changes[1000.0] = lambda: secret.put(GOOD)
    assert secret.wait() == GOOD
    assert secret.clock.monotonic() - 1000.0 <= 60


def test_waiting_is_said_every_five_minutes_and_the_watchdog_hears_of_it():
    """No alarm storm; and systemd kills nobody who waits."""
    secret = Secret()
    secret.changes[3599.0] = secret.stop.set
    assert secret.wait() is None
    assert secret.log.events == [CredentialsAwaited("the secret is empty")] * 12
    assert max(b - a for a, b in zip(secret.pulses, secret.pulses[1:], strict=False)) <= 1.0
    assert len(secret.looks) == 120


def test_refused_credentials_are_not_tried_again_until_they_change():
    secret = Secret(GOOD)
    secret.awaited.refuse(GOOD, WRONG)
    secret.changes[100.0] = lambda: secret.put("not JSON")
    secret.changes[200.0] = lambda: secret.put(GOOD)
    secret.changes[400.0] = lambda: secret.put(OTHER)
    assert secret.wait() == OTHER
    assert secret.clock.monotonic() >= 400.0
    assert "does not accept" in secret.log.events[0].reason


def test_what_is_no_secret_is_an_error_at_once():
    """praw.ini and the environment are read once: nobody can fill them in meanwhile."""
    nowhere = Secret("add client_id to praw.ini", from_secret=False)
    with pytest.raises(CredentialsMissingError, match=r"praw\.ini"):
        nowhere.wait()
    with pytest.raises(CredentialsWrongError):
        nowhere.awaited.refuse(GOOD, WRONG)
