"""Faults: what can be made to go wrong on purpose, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any


class FaultKind(StrEnum):
    """How an answer fails; a number is an HTTP status."""

    TOO_MANY = "429"
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    FORBIDDEN = "403"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    HTML = "html"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # the name of a fault


@dataclass
class Fault:
    """One switch: it ends after `count` answers or at `until`; without either it stays on."""

    kind: FaultKind
    endpoint: str | None = None
    count: int | None = None
    until: float | None = None
    probability: float = 1.0

    def is_over(self, now: float) -> bool:
        """Tell whether it will never hit again."""
        return self.count == 0 or (self.until is not None and now >= self.until)


@dataclass
class Faults:
    """The switches that are on, oldest first; the first that hits decides."""

    switches: list[Fault] = field(default_factory=list)
    # a replayed run fails at the same places
    _random: Random = field(default_factory=lambda: Random(0))  # noqa: S311

    def switch_on(self, order: Any, now: float) -> Fault:  # noqa: ANN401  # checked here
        """Add a switch that the control API orders; a ValueError says what is wrong with it."""
        known = {"kind", "endpoint", "count", "seconds", "probability"}
        if not isinstance(order, dict) or not order.keys() <= known:
            raise ValueError(f"A fault is an object with {', '.join(sorted(known))}.")
        kinds = ", ".join(FaultKind)
        if str(order.get("kind")) not in set(FaultKind):
            raise ValueError(f"The kind of a fault is one of {kinds}.")
        seconds = order.get("seconds")
        fault = Fault(
            FaultKind(str(order["kind"])),
            order.get("endpoint"),
            order.get("count"),
            None if seconds is None else now + float(seconds),
            float(order.get("probability", 1.0)),
        )
        self.switches.append(fault)
        return fault

    def hit(self, endpoint: str, now: float) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        self.switches = [fault for fault in self.switches if not fault.is_over(now)]
        for fault in self.switches:
            if fault.endpoint in {None, endpoint} and self._random.random() < fault.probability:
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None
