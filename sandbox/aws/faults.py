"""Faults: the switches by which a test makes the sandbox's AWS misbehave as AWS does."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Switches:
    """What is switched on; everything off by default."""

    kinesis_failed_records_ratio: float = 0.0
    """Share of the entries of a PutRecords that fail, in an answer with status 200."""
    kinesis_throttled_ratio: float = 0.0
    """Share of PutRecord and PutRecords calls refused as a whole."""
    kinesis_frozen: bool = False
    """Kinesis answers no data call until this is off again."""
    firehose_throttled_ratio: float = 0.0
    """Share of PutRecord and PutRecordBatch calls answered with ServiceUnavailableException."""
    firehose_failed_records_ratio: float = 0.0
    """Share of the entries of a PutRecordBatch that fail, in an answer with status 200."""
    firehose_unprocessable_records: int = 0
    """So many of the next records go to the error output, each once."""
    delivery_refused: bool = False
    """S3 refuses what Firehose delivers until this is off again."""


@dataclass
class Faults:
    """The switches of a running sandbox; any thread may read, the control interface sets."""

    seed: int = 0
    _switches: Switches = field(default_factory=Switches)

    def __post_init__(self) -> None:
        """Make the dice, and the gate that a freeze closes."""
        self._random = random.Random(self.seed)  # noqa: S311 - dice, not a secret
        self._lock = threading.Lock()
        self._thawed = threading.Event()
        self._thawed.set()

    @property
    def switches(self) -> Switches:
        """Return what is switched on now."""
        return self._switches

    def set(self, **changes: Any) -> Switches:  # noqa: ANN401 - JSON values, checked here
        """Change some switches; raises ValueError with a sentence for a wrong name or value."""
        known = {f.name: type(f.default) for f in fields(Switches)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no fault is called {name!r}; there are {', '.join(known)}")
            if not _fits(value, known[name]):
                raise ValueError(f"{name} must be {_MEANING[known[name]]}, not {value!r}")
        with self._lock:
            self._switches = replace(self._switches, **changes)
        (self._thawed.clear if self._switches.kinesis_frozen else self._thawed.set)()
        return self._switches

    def clear(self) -> Switches:
        """Switch everything off."""
        return self.set(**{f.name: f.default for f in fields(Switches)})

    def strikes(self, ratio: float) -> bool:
        """Roll the dice."""
        if ratio <= 0:
            return False
        with self._lock:
            return self._random.random() < ratio

    def take_unprocessable(self) -> bool:
        """Return whether this record is one of the next unprocessable ones, and count it."""
        if not self._switches.firehose_unprocessable_records:
            return False
        with self._lock:
            left = self._switches.firehose_unprocessable_records
            self._switches = replace(
                self._switches, firehose_unprocessable_records=max(0, left - 1)
            )
            return left > 0

    def wait_until_thawed(self) -> None:
        """Block while Kinesis is frozen."""
        self._thawed.wait()


_MEANING = {bool: "true or false", int: "a whole number, 0 or more", float: "between 0 and 1"}


def _fits(value: object, kind: type) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and value >= 0
    return isinstance(value, int | float) and 0 <= value <= 1
