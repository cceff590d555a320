"""What systemd is told, over a real socket of its kind."""

import signal
import socket
import threading

import pytest

from producer import daemon
from producer.systemd import Notifier


@pytest.fixture
def manager(tmp_path):
    """Listen as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(0.2)
        yield channel


def heard(channel):
    messages = []
    while True:
        try:
            messages.append(channel.recv(4096).decode())
        except TimeoutError:
            return messages


def notifier(manager, **environment):
    return Notifier.from_environment({"NOTIFY_SOCKET": manager.getsockname(), **environment})


def test_a_life_is_told_in_systemd_s_words(manager):
    one = notifier(manager, WATCHDOG_USEC="180000000")
    one.ready()
    one.says("reading r/wallstreetbets")
    one.pulse()
    one.stopping()
    assert heard(manager) == [
        "READY=1",
        "STATUS=reading r/wallstreetbets",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_a_pulse_is_sent_four_times_a_time_out(manager):
    now = [0.0]
    one = Notifier(manager.getsockname(), 120.0, steady=lambda: now[0])
    for now[0] in range(121):
        one.pulse()
    assert heard(manager) == ["WATCHDOG=1"] * 5


def test_systemd_s_time_out_is_in_microseconds(manager):
    assert notifier(manager, WATCHDOG_USEC="180000000")._pulse_seconds == 45


def test_without_a_watchdog_there_is_no_pulse(manager):
    one = notifier(manager)
    one.pulse()
    assert heard(manager) == []


def test_a_status_is_said_when_it_changes(manager):
    one = notifier(manager)
    for text in ("waiting", "waiting", "reading", "waiting"):
        one.says(text)
    assert heard(manager) == ["STATUS=waiting", "STATUS=reading", "STATUS=waiting"]


def test_an_abstract_address_is_one():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0wsb-stream-test-notify")
        channel.settimeout(0.2)
        Notifier("@wsb-stream-test-notify").ready()
        assert heard(channel) == ["READY=1"]


def test_a_manager_that_does_not_listen_holds_nobody_up(manager):
    """Its queue is full after some ten messages: a sender that blocks would stand still."""
    one = Notifier(manager.getsockname())
    sent = 1000
    for _ in range(sent):
        one.ready()
    messages = heard(manager)
    assert set(messages) == {"READY=1"}
    assert len(messages) < sent  # the queue was full, and nobody has waited for it


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_told_when_it_begins_and_not_when_it_is_over(manager, number):
    """What waits may be delivered for a minute yet; systemd knows meanwhile what goes on."""
    stop = threading.Event()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        daemon.stop_on_signals(stop, notifier(manager).stopping)
        signal.raise_signal(number)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert stop.is_set()
    assert heard(manager) == ["STOPPING=1"]


def test_outside_systemd_nothing_is_said_and_one_that_has_gone_stops_nobody(tmp_path):
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone"), "WATCHDOG_USEC": "1000000"}):
        one = Notifier.from_environment(environment)
        one.ready()
        one.pulse()
        one.stopping()
