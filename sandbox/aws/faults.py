"""Faults: the switches by which a test makes the sandbox's AWS misbehave as AWS does."""

import random
import threading
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Switches:
    """What is switched on; everything off by default."""

    kinesis_failed_records_ratio: float = 0.0
    """Share of the entries of a PutRecords that fail, in an answer with status 200: half of them
    throttled, half by an InternalFailure."""
    kinesis_throttled_ratio: float = 0.0
    """Share of PutRecord and PutRecords calls refused as a whole."""
    kinesis_unavailable_ratio: float = 0.0
    """Share of the data calls answered with InternalFailure, status 500."""
    kinesis_frozen: bool = False
    """Kinesis answers no data call until this is off again."""
    dynamodb_throttled_ratio: float = 0.0
    """Share of the reads and writes of items refused with ProvisionedThroughputExceeded."""
    dynamodb_conflict_ratio: float = 0.0
    """Share of the writes of items refused with TransactionConflictException."""
    dynamodb_unavailable_ratio: float = 0.0
    """Share of the reads and writes of items answered with InternalServerError, status 500."""
    aws_cut_ratio: float = 0.0
    """Share of Kinesis' data calls and DynamoDB's writes that are done, but whose connection
    breaks before the answer."""
    firehose_throttled_ratio: float = 0.0
    """Share of PutRecord and PutRecordBatch calls answered with ServiceUnavailableException."""
    firehose_failed_records_ratio: float = 0.0
    """Share of the entries of a PutRecordBatch that fail, in an answer with status 200."""
    delivery_refused: bool = False
    """S3 refuses what Firehose delivers until this is off again."""


_DEFAULTS: dict[str, Any] = {one.name: one.default for one in fields(Switches)}


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

    def set(self, **changes: Any) -> Switches:
        """Change some switches; raises ValueError with a sentence for a wrong name or value."""
        for name, value in changes.items():
            _check(name, value)
        with self._lock:
            self._switches = replace(self._switches, **changes)
            if self._switches.kinesis_frozen:
                self._thawed.clear()
            else:
                self._thawed.set()
        return self._switches

    def clear(self) -> Switches:
        """Switch everything off."""
        return self.set(**_DEFAULTS)

    def strikes(self, ratio: float) -> bool:
        """Roll the dice."""
        if ratio <= 0:
            return False
        with self._lock:
            return self._random.random() < ratio

    def wait_until_thawed(self) -> None:
        """Block while Kinesis is frozen."""
        self._thawed.wait()


def _check(name: str, value: Any) -> None:
    if name not in _DEFAULTS:
        raise ValueError(f"no fault is called {name!r}; there are {', '.join(_DEFAULTS)}")
    is_ratio = isinstance(_DEFAULTS[name], float)
    if is_ratio and not (type(value) in {int, float} and 0 <= value <= 1):
        raise ValueError(f"{name} must be between 0 and 1, not {value!r}")
    if not is_ratio and type(value) is not bool:
        raise ValueError(f"{name} must be true or false, not {value!r}")
