"""Events: every line that the lake job can log; terraform/alarms.tf matches some by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry import Event

if TYPE_CHECKING:
    from collections.abc import Mapping


class LakeRunDone(Event):
    """A run took in what had landed; `read` counts lines, `appended` rows by table."""

    objects: int
    read: int
    appended: Mapping[str, int]
    duplicates_dropped: int
    rejected: int
    seconds: float


class LakeRunSkipped(Event):
    """A run left the work to another."""

    reason: str
