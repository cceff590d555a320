"""Snapshot: where everything stands at one moment of a run, from both servers' status pages."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counts so far, and the lags in clock seconds by the names of `governor.LIMITS`.

    `at` is the clock's, `wall_at` counts the wall's seconds from no moment in particular.
    `reached`: comments that truly reached the minimum score, `found`: those answered with it,
    `crossed`: the last of these, oldest first, with `id`, `age_seconds` and `score`. `queryable`:
    records in the lake's tables. What only the replay server counts is None on live Reddit.
    """

    at: float
    wall_at: float
    published: int | None
    reached: int | None
    found: int | None
    crossed: Sequence[Mapping[str, Any]]
    read: int | None
    requests: int | None
    looks: int | None
    requests_per_minute_max: int | None
    sent: int
    passed: int
    dead_letters: int
    buffered: int
    landed: int
    queryable: int
    unread_by_flink: bool
    lags_seconds: Mapping[str, float]


def take_snapshot(
    now: float,
    outputs: Mapping[str, Any],
    reddit: Mapping[str, Any] | None,
    aws: Mapping[str, Any],
    queryable: int = 0,
) -> Snapshot:
    """Read both status pages at `now`; `reddit` is None on live Reddit.

    `outputs` are Terraform's, which name the resources.
    """
    stream = aws["streams"][outputs["stream_name"]]
    passed = aws["delivery"][outputs["observations_delivery_stream_name"]]
    dead = aws["delivery"][outputs["dead_letters_delivery_stream_name"]]
    return Snapshot(
        at=now,
        wall_at=time.monotonic(),
        published=sum(reddit["published"].values()) if reddit else None,
        reached=reddit["reached"] if reddit else None,
        found=reddit["found"] if reddit else None,
        crossed=reddit["crossed"] if reddit else (),
        read=reddit["read"] if reddit else None,
        requests=reddit["requests"] if reddit else None,
        looks=reddit["requests_by_endpoint"].get("info", 0) if reddit else None,
        requests_per_minute_max=reddit["requests_per_minute_max"] if reddit else None,
        sent=stream["records_put"],
        passed=passed["records_in"],
        dead_letters=dead["records_in"],
        buffered=passed["buffered_records"] + dead["buffered_records"],
        landed=passed["records_delivered"],
        queryable=queryable,
        unread_by_flink=stream["oldest_unread_at"] is not None,
        lags_seconds={
            "producer": _producer_lag(now, reddit, aws),
            "stream": _since(now, stream["oldest_unread_at"]),
            "lake": _lake_lag(now, aws["functions"].get(outputs["lake_function_name"], {})),
        },
    )


def _producer_lag(now: float, reddit: Mapping[str, Any] | None, aws: Mapping[str, Any]) -> float:
    """Return the seconds since the last poll began; 0 while no producer runs."""
    running = any(one["status"] == "running" for one in aws["instances"].values())
    if not running or reddit is None:
        return 0.0
    return _since(now, reddit["newest_asked_at"]["comments"])


def _lake_lag(now: float, function: Mapping[str, Any]) -> float:
    """Return by how much a run that is still going on is late for the next one."""
    if function.get("running_since") is None:
        return 0.0
    return _since(now, function.get("next_due_at"))


def _since(now: float, moment: float | None) -> float:
    return 0.0 if moment is None else max(0.0, now - moment)
