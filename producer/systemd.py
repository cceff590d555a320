"""Systemd: tells the service manager that the producer runs, lives and stops.

The protocol is a datagram of `NAME=value` to the socket that systemd names; anywhere else there
is none, and nothing is sent. A unit of `Type=notify` needs it: a producer whose loop stands still
for `WatchdogSec` is killed and started again.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

SOCKET_VARIABLE = "NOTIFY_SOCKET"
WATCHDOG_VARIABLE = "WATCHDOG_USEC"
PULSES_PER_TIMEOUT = 4


class Notifier:
    """Sends to `address` (None: nowhere); `watchdog_seconds` is after how long systemd kills."""

    def __init__(
        self,
        address: str | None,
        watchdog_seconds: float | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        # a leading @ stands for the zero byte of an abstract name
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self._pulse_seconds = watchdog_seconds and watchdog_seconds / PULSES_PER_TIMEOUT
        self._steady = steady
        self._pulsed_at = float("-inf")
        self._status = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read where to send and how often."""
        microseconds = environment.get(WATCHDOG_VARIABLE, "")
        seconds = int(microseconds) / 1e6 if microseconds.isdecimal() else None
        return cls(environment.get(SOCKET_VARIABLE), seconds)

    def ready(self) -> None:
        """Say that the start is over.

        The settings are right and the producer works, or waits by itself for its turn or for
        Reddit's credentials: nothing that systemd should wait for, or end.
        """
        self._send("READY=1")

    def says(self, status: str) -> None:
        """Show in `systemctl status` what it is doing."""
        if status != self._status:
            self._status = status
            self._send(f"STATUS={status}")

    def pulse(self) -> None:
        """Say that the loop goes on; to be called often, sent four times a time-out."""
        now = self._steady()
        if self._pulse_seconds and now - self._pulsed_at >= self._pulse_seconds:
            self._pulsed_at = now
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the stop has begun."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        # a manager that does not listen, or not now, is no reason to stop reading
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)  # noqa: FBT003 - the library's
            channel.connect(self._address)
            channel.sendall(message.encode())
