"""Summary: a run's audit as a table for a person and as JSON for a machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from sandbox.audit import Audit, Freshness, StreamLedger
from sandbox.demo.options import Options
from sandbox.demo.snapshot import Snapshot

SECONDS_PER_MINUTE = 60


def summarise(  # noqa: PLR0913 - one parameter for each source of figures
    options: Options,
    audited: Audit,
    stream: StreamLedger,
    last: Snapshot,
    pace: Mapping[str, float],
    *,
    fresh: Freshness,
    stalled: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `summary.json` holds; `pace` is `speed_mean`, `wall_seconds`, `setup_seconds`.

    What only the replay server can know is None on live Reddit. `stalled` are the steps that did
    not come to their end, `notes` what a person should know though nothing is wrong.
    """
    minutes = options.window_seconds / SECONDS_PER_MINUTE
    return {
        "served": audited.served,
        "read": audited.read,
        "acknowledged": audited.acknowledged,
        "missing": audited.missing,
        "flagged": audited.flagged,
        "duplicates": audited.duplicates,
        "kept": audited.kept,
        "kept_expected": audited.kept_expected,
        "recall_true": audited.recall_true,
        "dead_letters": last.dead_letters,
        "gaps": stream.gaps,
        "observations": len(stream.lines),
        "observations_passed": last.passed,
        "requests": last.requests,
        "requests_per_minute_mean": last.requests and round(last.requests / minutes, 1),
        "requests_per_minute_max": last.requests_per_minute_max,
        "queryable_minutes_p50": fresh.p50_minutes,
        "queryable_minutes_p95": fresh.p95_minutes,
        "simulated_hours": options.hours,
        **{name: round(value, 1) for name, value in pace.items()},
        "problems": [
            *(f"stalled: {what}" for what in stalled),
            *audited.problems,
            *_problems(options, last),
            *filter(None, [fresh.problem(pace["speed_mean"])]),
        ],
        "notes": list(notes),
    }


def _problems(options: Options, last: Snapshot) -> list[str]:
    found = []
    if last.dead_letters:
        found.append(f"{last.dead_letters} of the producer's records were refused as not valid")
    if (last.requests_per_minute_max or 0) > options.requests_per_minute:
        found.append(f"{last.requests_per_minute_max} requests in one minute")
    return found


def audit_table(summary: Mapping[str, Any]) -> Table:
    """Return the audit as a person reads it."""
    table = Table(title="The audit", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, meaning in (
        ("served", "published in the window and visible for at least a minute"),
        ("read", "in some answer to the producer, however short it was there"),
        ("acknowledged", "things that Kinesis acknowledged"),
        (
            "missing",
            "served, not read; read, not acknowledged; acknowledged, not in the lake",
        ),
        ("flagged", "served, not read, and a gap says so"),
        ("duplicates", "observations in the lake more than once"),
        ("kept", "comments in the lake that reached the minimum score"),
        ("kept_expected", "comments that some answer showed at the minimum score"),
        ("recall_true", "of the comments that truly reached it, the share in the lake"),
        ("dead_letters", "records that were not valid observations"),
        ("gaps", "holes in what was read, flagged"),
        ("requests_per_minute_mean", "requests in a simulated minute, on average"),
        ("requests_per_minute_max", "most requests in one simulated minute"),
        ("queryable_minutes_p50", "from acknowledged to queryable, half of the observations"),
        ("queryable_minutes_p95", "the same, 95 in 100; up to 60 times real speed at most 25"),
        ("simulated_hours", ""),
        ("speed_mean", "simulated seconds in a real one, until the drain"),
        ("wall_seconds", "from the first request to this audit"),
        ("setup_seconds", "before it"),
    ):
        table.add_row(name, figure(summary[name]), meaning)
    return table


def figure(value: float | None) -> str:
    """Return a number as a person reads it; None is what nobody can know."""
    return "n/a" if value is None else f"{value:,}"
