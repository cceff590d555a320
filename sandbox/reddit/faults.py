"""Faults: what can be made to go wrong on purpose, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any


class FaultKind(StrEnum):
    """How an answer fails or is spoilt; a number is an HTTP status."""

    TOO_MANY = "429"  # with retry-after, without the quota's headers
    TOO_MANY_BARE = "429_bare"  # no word of when to come back
    TOO_MANY_AT_THE_EDGE = "429_edge"  # the quota's headers say that all is used
    UNAUTHORIZED = "401"
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    FORBIDDEN = "403"
    TIMEOUT = "timeout"
    RESET = "reset"  # the connection breaks before the answer
    RESET_BODY = "reset_body"  # and in its middle
    DRIPPING = "dripping"  # byte by byte, so that no read ever times out
    TRUNCATED = "truncated"
    HTML = "html"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault
    EMPTY = "empty"  # a right answer without anything in it
    STALE = "stale"  # an old answer out of a cache
    RENAMED = "renamed"  # a field of every thing has another name
    NO_HEADERS = "no_headers"  # a right answer without the quota's headers


# What spoils a right answer, or refuses a token: another one is granted all the same, unless the
# fault is ordered for that endpoint.
_OF_DATA = frozenset(
    {
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
        FaultKind.EXPIRED_TOKEN,
        FaultKind.RESET_BODY,
        FaultKind.DRIPPING,
        FaultKind.TRUNCATED,
        FaultKind.EMPTY,
        FaultKind.STALE,
        FaultKind.RENAMED,
        FaultKind.NO_HEADERS,
    }
)
ENDPOINTS = ("comments", "new", "info", "thread", "more", "token")
_Check = Callable[[Any], bool]
_LIMITS: dict[str, tuple[_Check, str]] = {
    "endpoint": (lambda value: value in ENDPOINTS, f"one of {', '.join(ENDPOINTS)}"),
    "count": (lambda value: isinstance(value, int) and value > 0, "a number of answers"),
    "seconds": (lambda value: isinstance(value, (int, float)) and value > 0, "a span of time"),
    "probability": (
        lambda value: isinstance(value, (int, float)) and 0 <= value <= 1,
        "a number from 0 to 1",
    ),
    "field": (lambda value: isinstance(value, str) and value.isidentifier(), "a field's name"),
    "age_seconds": (lambda value: isinstance(value, (int, float)) and value > 0, "an age"),
}
RENAMED_FIELD = "link_id"
STALE_SECONDS = 45.0


@dataclass
class Fault:
    """One switch: it ends after `count` answers or at `until`; without either it stays on.

    `field` is what `renamed` renames, `age_seconds` how old a stale answer is.
    """

    kind: FaultKind
    endpoint: str | None = None
    count: int | None = None
    until: float | None = None
    probability: float = 1.0
    field: str = RENAMED_FIELD
    age_seconds: float = STALE_SECONDS

    def is_over(self, now: float) -> bool:
        """Tell whether it will never hit again."""
        return self.count == 0 or (self.until is not None and now >= self.until)


@dataclass
class RedditFaults:
    """The switches that are on, oldest first; the first that hits decides."""

    switches: list[Fault] = field(default_factory=list)
    _random: Random = field(
        default_factory=lambda: Random(0)  # noqa: S311 - a replayed run fails at the same places
    )

    def switch_on(self, order: Any, now: float) -> None:  # noqa: ANN401 - checked here
        """Add a switch that the control API orders; a ValueError says what is wrong with it."""
        if not isinstance(order, dict) or not order.keys() <= _LIMITS.keys() | {"kind"}:
            raise ValueError(f"A fault is an object with kind, {', '.join(_LIMITS)}.")
        if str(order.get("kind")) not in set(FaultKind):
            raise ValueError(f"The kind of a fault is one of {', '.join(FaultKind)}.")
        for name, (is_good, what) in _LIMITS.items():
            if order.get(name) is not None and not is_good(order[name]):
                raise ValueError(f"The {name} of a fault is {what}.")
        said = {name: value for name, value in order.items() if value is not None}
        kind, seconds = FaultKind(str(said.pop("kind"))), said.pop("seconds", None)
        until = None if seconds is None else now + seconds
        self.switches.append(Fault(kind=kind, until=until, **said))

    def hit(self, endpoint: str, now: float) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        self.switches = [fault for fault in self.switches if not fault.is_over(now)]
        for fault in self.switches:
            is_meant = fault.endpoint == endpoint or (
                fault.endpoint is None and not (endpoint == "token" and fault.kind in _OF_DATA)
            )
            if is_meant and self._random.random() < fault.probability:
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None
