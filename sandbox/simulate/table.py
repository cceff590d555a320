"""Table: the results of a day for a person, a column a quota, and which quota is enough."""

from collections.abc import Callable, Sequence

from producer.reddit.purpose import Purpose
from sandbox.simulate.profile import Profile
from sandbox.simulate.promises import Promises
from sandbox.simulate.result import Result

_LABEL, _CELL = 34, 11
_MINUTES_PER_DAY = 24 * 60


def table(title: str, profile: Profile, results: Sequence[Result], promises: Promises) -> str:
    """Return lines to print."""
    rate = profile.comments_per_minute
    busiest = rate * profile.busiest
    rows: list[tuple[str, Callable[[Result], str], str]] = [
        (
            "recall at 24 h (and 30 min)",
            lambda one: _share(one.recall.recall_24h),
            f"≥ {promises.recall_24h:.1%}",
        ),
        ("  the most that could be had", lambda one: _share(one.recall.ceiling_24h), ""),
        ("recall, final: 36 h (and 30 min)", lambda one: _share(one.recall.recall_final),
         f"≥ {promises.recall_final:.1%}"),
        ("crossing → seen, half within", lambda one: _minutes(one.recall.lag_p50_minutes),
         f"≤ {promises.lag_p50_minutes:.0f} min"),
        ("crossing → seen, 9 of 10 within", lambda one: _minutes(one.recall.lag_p90_minutes), ""),
        ("read of what could be read", lambda one: _share(one.coverage), ""),
        ("missed / of them not flagged", lambda one: f"{one.missed:,} / {one.missed_unflagged:,}",
         "… / 0"),
        ("gaps found", lambda one: f"{one.gaps:,}", ""),
        ("looks a comment", lambda one: f"{one.looks_per_comment:.1f}", ""),
        ("requests a minute, at most", lambda one: f"{one.requests_per_minute_max}", "≤ quota"),
        *(
            (f"  on average for {purpose}", _mean_of(purpose), "")
            for purpose in Purpose
        ),
        ("tracked at once", lambda one: f"{one.tracked_most:,}", ""),
    ]  # fmt: skip
    head = "requests a minute allowed".ljust(_LABEL)
    lines = [
        title,
        f"{rate * _MINUTES_PER_DAY:,.0f} comments a day, {busiest:,.0f}/min in the busiest hour",
        "",
        head + "".join(f"{one.quota:>{_CELL}}" for one in results) + "   promised",
    ]
    for label, cell, promised in rows:
        cells = "".join(f"{cell(one):>{_CELL}}" for one in results)
        lines.append(f"{label:<{_LABEL}}{cells}   {promised}".rstrip())
    return "\n".join([*lines, "", verdict(results, promises)])


def verdict(results: Sequence[Result], promises: Promises) -> str:
    """Say which quota is enough."""
    kept = sorted(one.quota for one in results if promises.kept(one))
    tried = sorted(one.quota for one in results)
    if not kept:
        return (
            f"Not even {tried[-1]} requests a minute keep everything that is promised on such a "
            "day: the table says what they reach."
        )
    failed = [quota for quota in tried if quota < kept[0]]
    less = f"; {failed[-1]} are not" if failed else ""
    return f"{kept[0]} requests a minute are enough for everything that is promised{less}."


def _mean_of(purpose: Purpose) -> Callable[[Result], str]:
    return lambda one: f"{one.requests_per_minute[purpose]:.1f}"


def _share(share: float | None) -> str:
    if share is None:
        return "-"
    # never rounded up to what was not reached
    return f"{int(share * 10_000) / 100:.2f} %"


def _minutes(minutes: float | None) -> str:
    if minutes is None:
        return "-"
    if minutes == float("inf"):
        return "never"
    return f"{minutes:.1f} min" if minutes < 100 else f"{minutes / 60:.1f} h"  # noqa: PLR2004
