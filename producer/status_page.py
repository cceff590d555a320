"""Status page: a producer's status as a person reads it.

Plain text: the machine that runs the producer has no library for tables, and needs none.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from producer.status import Status

LABEL_WIDTH = 14
STALE_SECONDS = 30.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
STEP_BYTES = 1000.0
RECALL = "{} % were seen by 24 h, of those seen by 36 h"
BYTE_UNITS = ("B", "kB", "MB", "GB")


class Row(NamedTuple):
    """One line of the page: its label and what stands in it, if all that is known."""

    label: str
    parts: tuple[str | None, ...]


def page(status: Status) -> str:
    """Return the whole page; figures that are not known are left out."""
    rows = [(row.label, " · ".join(part for part in row.parts if part)) for row in _rows(status)]
    lines = [f"{label:<{LABEL_WIDTH}}{text}" for label, text in rows if text]
    troubles = [f"  {each.logged_at}  {each.event}  {each.text}" for each in status.troubles]
    last = ["", "last warnings", *troubles] if troubles else ["", "no warnings lately"]
    return "\n".join([*_head(status), "", *lines, *last])


def duration(seconds: float) -> str:
    """Return a time in the two largest units that say something."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - reads better
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min {seconds % MINUTE:02.0f} s"
    if seconds < DAY:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:02.0f} min"
    return f"{seconds // DAY:.0f} d {seconds % DAY // HOUR:.0f} h"


def size(count: float) -> str:
    """Return a number of bytes in a unit that keeps it short."""
    for unit in BYTE_UNITS[:-1]:
        if count < STEP_BYTES:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= STEP_BYTES
    return f"{count:.1f} {BYTE_UNITS[-1]}"


def _head(status: Status) -> Iterator[str]:
    yield f"{status.doing}; up for {duration(status.up_seconds)}"
    places = ", ".join(f"r/{each}" for each in status.subreddits)
    said = f"said {duration(status.age_seconds)} ago, at {status.at} of its clock"
    yield f"process {status.process} on {status.host} for {places}; {said}"
    if status.age_seconds > STALE_SECONDS:
        yield f"WARNING: it runs, but has said nothing for {duration(status.age_seconds)}"


def _rows(status: Status) -> Iterator[Row]:
    gauge, minute = _Figures(status.gauges), _Figures(status.minute)
    count = _Figures(status.counts)
    asked = sum(minute.of("requests").values())
    purposes = ", ".join(f"{name} {value:,.0f}" for name, value in minute.of("requests").items())
    yield Row(
        "reading",
        (
            gauge.said("lag_seconds", "lag {}", duration),
            gauge.said("answered_seconds", "last answer {} ago", duration),
            minute.said("observations_new", "{} new in the last minute"),
        ),
    )
    yield Row(
        "requests",
        (
            f"{asked:,.0f} in the last minute" if minute.of("requests") else None,
            gauge.said("requests_left", "{} left"),
            purposes,
            minute.said("failed_requests", "{} failed"),
        ),
    )
    yield Row(
        "looking",
        (
            gauge.said("tracked", "{} tracked"),
            gauge.said("settle_due", "{} guaranteed looks due"),
            count.said("looks_skipped", "{} skipped since the start"),
        ),
    )
    yield Row(
        "gaps",
        (
            gauge.said("gaps_open", "{} open"),
            count.said("observations_repair", "{} things recovered since the start"),
        ),
    )
    yield Row(
        "sweep",
        (
            gauge.said("swept", "{} kept"),
            gauge.said("sweep_oldest_seconds", "the oldest was seen {} ago", duration),
        ),
    )
    yield Row(
        "outbox",
        (
            gauge.said("outbox_bytes", "{}", size),
            gauge.said("outbox_age_seconds", "oldest record {} old", duration),
            minute.said("records_sent", "{} sent in the last minute"),
            count.said("records_retried", "{} sent again"),
            count.said("dead_letters", "{} dead letters since the start"),
        ),
    )
    yield Row("checkpoint", (gauge.said("checkpoint_age_seconds", "saved {} ago", duration),))
    yield Row("recall", (gauge.said("recall_percent", RECALL, "{:.1f}".format),))


def _whole(value: float) -> str:
    return f"{value:,.0f}"


class _Figures:
    """Figures by name, some of which may not be known."""

    def __init__(self, figures: dict[str, float]) -> None:
        self._figures = figures

    def said(self, name: str, text: str, shown: Callable[[float], str] = _whole) -> str | None:
        """Return a figure in its text; None: it is not known."""
        value = self._figures.get(name)
        return None if value is None else text.format(shown(value))

    def of(self, counter: str) -> dict[str, float]:
        """Return a counter's figures by key."""
        start = f"{counter}_"
        return {
            name.removeprefix(start): value
            for name, value in self._figures.items()
            if name.startswith(start)
        }
