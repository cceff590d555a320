"""ChildProcess: a process of the sandbox that never outlives the one that started it.

A child leads its own session, so that a signal reaches it and its children and nobody else.
On Linux the kernel kills it when its starter dies, however that happens.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

Message = dict[str, Any]

_GUARD = Path(__file__).with_name("guarded.py")
_TAIL_BYTES = 65536
_JAVA_CAUSE = "Caused by: "
_JAVA_FRAMES = ("\tat ", "\t... ")
# The kernel's death signal follows the *thread* that forked: a child started by a request's thread
# would be killed when the request ends. One thread, as old as this process, starts them all.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class ChildFailed(Exception):  # noqa: N818 - it names an event, not a mistake in our code
    """The child ended, or stayed silent, before it said what it was waited for."""


class ChildProcess:
    """A running command; its output goes to a log file, JSON lines of its stdout also to us.

    A program that does not exist ends at once, and its log says so.
    `on_line` gets each line the child prints, `on_message` each that is a JSON object, on a thread
    of this child's own.
    `on_exit` is called once the child has ended and its output has been read.
    """

    def __init__(  # noqa: PLR0913 - the settings of a process are many
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        stdin: bool = False,
        on_line: Callable[[str], None] = lambda _: None,
        on_message: Callable[[Message], None] | None = None,
        on_exit: Callable[[], None] | None = None,
    ) -> None:
        self.log = log
        self._on_line = on_line
        self._on_message = on_message
        self._on_exit = on_exit
        self._first: dict[str, Message] = {}  # the first message of each event
        self._ended = False
        self._changed = threading.Condition()
        log.parent.mkdir(parents=True, exist_ok=True)
        guarded = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid())]
        self._log_file: IO[bytes] = log.open("ab", buffering=0)
        self._popen = _SPAWNER.submit(
            lambda: subprocess.Popen(
                [*guarded, *map(str, command)],
                cwd=directory,
                env=dict(environment) if environment is not None else None,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._log_file,
                start_new_session=True,
            )
        ).result()
        threading.Thread(target=self._follow, name=f"child {self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return the process's id, which is also its group's."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """Return None while it runs, else its exit status (negative: the signal)."""
        return self._popen.poll()

    @property
    def running(self) -> bool:
        """Return whether it still runs."""
        return self.exit_code is None

    def send(self, message: Message) -> None:
        """Write one JSON line to its stdin; raises ChildFailed when it has gone."""
        if self._popen.stdin is None:
            raise ChildFailed(f"process {self.pid} was started without a stdin")
        try:
            self._popen.stdin.write(json.dumps(message).encode() + b"\n")
            self._popen.stdin.flush()
        except (OSError, ValueError) as error:  # a broken pipe; one closed since
            raise ChildFailed(self.obituary()) from error

    def wait_for(self, event: str, timeout_seconds: float) -> Message:
        """Return its first message of that `event`; raises ChildFailed when it ends without."""
        with self._changed:
            self._changed.wait_for(lambda: event in self._first or self._ended, timeout_seconds)
            message = self._first.get(event)
        if message is None and self.running:
            raise ChildFailed(f"no {event!r} within {timeout_seconds:g} s; its log is {self.log}")
        if message is None:
            raise ChildFailed(self.obituary())
        return message

    def wait(self, timeout_seconds: float) -> int | None:
        """Return the exit status, or None when it still runs after that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, timeout_seconds)
        return self.exit_code

    def signal(self, number: int) -> None:
        """Send a signal to it and its children; nothing happens when they have gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self, timeout_seconds: float = 10) -> None:
        """End it and its children: SIGTERM, then, after that time, SIGKILL."""
        if self.running:
            self.signal(signal.SIGTERM)
            if self.wait(timeout_seconds) is None:
                self.signal(signal.SIGKILL)
        self.wait(timeout_seconds)

    def last_line(self) -> str:
        """Return the last line of its log that says something; of a Java trace its cause."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
            lines = [
                line for line in file.read().decode(errors="replace").splitlines() if line.strip()
            ]
        last = lines[-1] if lines else ""
        is_trace = last.startswith(_JAVA_FRAMES)
        causes = [line for line in lines if line.startswith(_JAVA_CAUSE)] if is_trace else []
        return (causes or [last])[-1].removeprefix(_JAVA_CAUSE).strip()

    def obituary(self) -> str:
        """Return one sentence on how it ended."""
        return f"it ended with status {self.exit_code}: {self.last_line() or 'it said nothing'}"

    def _follow(self) -> None:
        reader = threading.Thread(target=self._read, name=f"output of {self.pid}", daemon=True)
        reader.start()
        self._popen.wait()
        self.signal(signal.SIGKILL)  # what it left behind would hold its output open
        reader.join()
        if self._popen.stdin is not None:
            with suppress(OSError):
                self._popen.stdin.close()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._on_exit is not None:
            self._on_exit()

    def _read(self) -> None:
        if self._popen.stdout is None:
            raise TypeError("stdout is always a pipe")
        with self._log_file, self._popen.stdout as output:
            for line in output:
                self._log_file.write(line)
                self._on_line(line.decode(errors="replace"))
                message = _message(line)
                if message is not None:
                    self._take(message)

    def _take(self, message: Message) -> None:
        with self._changed:
            self._first.setdefault(str(message.get("event")), message)
            self._changed.notify_all()
        if self._on_message is not None:
            self._on_message(message)


def _message(line: bytes) -> Message | None:
    if not line.startswith(b"{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None  # a line of text that happens to start with a brace; the log has it
    return message if isinstance(message, dict) else None
