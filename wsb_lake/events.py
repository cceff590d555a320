"""Events: every line that the lake job can log; terraform/alarms.tf matches some by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry import Event

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LakeRunDone(Event):
    """A run took in what had landed; `read` counts lines, `appended` rows by table."""

    objects: int
    read: int
    appended: Mapping[str, int]
    duplicates_dropped: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LakeRunSkipped(Event):
    """A run left the work to another."""

    reason: str
