"""Status: what a running producer says of itself, in a file beside its outbox.

The producer holds a lock for as long as it lives, and writes the file again every few seconds. The
lock ends with its process, however that ends: whoever can take it knows that nothing runs. Of two
that use one folder, the one that waits says nothing before its turn.
"""

import fcntl
import json
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITE_SECONDS = 2.0
MINUTE_SECONDS = 60.0
STATUS = "status.json"
LOCK = "producer.lock"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A warning or an error of the log: when it was written, its name and its fields."""

    logged_at: str
    event: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """Where a producer stands; figures are named as its metrics are.

    `doing` is what it does, in words; `counts` are since the start, `minute` those of the last 60
    seconds. `at` is the producer's clock, `up_seconds` and `age_seconds` are the machine's: the
    age of what is told, by whoever reads it.
    """

    subreddits: tuple[str, ...]
    doing: str
    at: str
    process: int
    host: str
    up_seconds: float
    gauges: dict[str, float] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    minute: dict[str, float] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    age_seconds: float = 0.0


@dataclass(slots=True)
class Now:
    """What the producer hands over for its status."""

    doing: str
    at: str
    gauges: dict[str, float] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


class StatusFile:
    """Writes the status of this process into `folder`, unless another one does."""

    def __init__(
        self,
        folder: Path,
        subreddits: tuple[str, ...],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / STATUS
        self._subreddits = subreddits
        self._monotonic = monotonic
        self._started_at = monotonic()
        self._next_at = self._started_at
        nothing: dict[str, float] = {}
        self._minute = deque([(self._started_at, nothing)])
        self._lock = (folder / LOCK).open("ab")

    def write_if_due(self, now: Callable[[], Now]) -> None:
        """Write what `now` says if the last time was some seconds ago."""
        if self._monotonic() >= self._next_at:
            self.write(now())

    def write(self, now: Now) -> None:
        """Write the file whole or not at all; raises OSError."""
        moment = self._monotonic()
        self._next_at = moment + WRITE_SECONDS
        if not self._is_ours():
            return
        status = Status(
            subreddits=self._subreddits,
            doing=now.doing,
            at=now.at,
            process=os.getpid(),
            host=socket.gethostname(),
            up_seconds=moment - self._started_at,
            gauges=now.gauges,
            counts=now.counts,
            minute=self._of_the_minute(moment, now.counts),
            troubles=now.troubles,
        )
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(status), indent=1), encoding="utf-8")
        partial.replace(self._path)

    def close(self) -> None:
        """Let it be seen that nothing runs any more."""
        self._lock.close()

    def _is_ours(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _of_the_minute(self, moment: float, counts: dict[str, float]) -> dict[str, float]:
        self._minute.append((moment, counts))
        while self._minute[1][0] <= moment - MINUTE_SECONDS:
            self._minute.popleft()
        _, before = self._minute[0]
        return {name: value - before.get(name, 0) for name, value in counts.items()}


def read_status(folder: Path) -> Status | None:
    """Return the running producer's status; None: nothing runs that uses this folder."""
    with _looked_at(folder) as (running, path):
        if not running or not path.exists():
            return None
        status = json.loads(path.read_text(encoding="utf-8"))
        age_seconds = max(0.0, time.time() - path.stat().st_mtime)
    status["troubles"] = tuple(Trouble(**each) for each in status["troubles"])
    status["subreddits"] = tuple(status["subreddits"])
    return Status(**status | {"age_seconds": round(age_seconds, 1)})


@contextmanager
def _looked_at(folder: Path) -> "Iterator[tuple[bool, Path]]":
    """Tell whether somebody holds the lock; until the end nobody starts in between."""
    lock, path = folder / LOCK, folder / STATUS
    if not lock.exists():
        yield False, path
        return
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield True, path
        else:
            yield False, path
