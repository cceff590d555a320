"""Panel: a run's figures as a terminal shows them, in places that do not move."""

from typing import NamedTuple

from rich.console import ConsoleDimensions
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contract import format_instant
from sandbox.demo.options import Options
from sandbox.demo.recent import Recent
from sandbox.demo.summary import figure

WIDTH_MOST = 110
LINES_BESIDE_CROSSED = 16  # of the panel, and one below it
CROSSED_MOST = 20
FLOW = ("published", "read", "sent", "passed", "landed", "queryable")
BAR_WIDTH = 16
LAGGING = {"producer": "producer", "stream": "Flink", "lake": "lake job"}
SECONDS_PER_MINUTE = MINUTES_PER_HOUR = 60


class RunProgress(NamedTuple):
    """What there is to show of a run; `speed`: clock seconds per wall second."""

    options: Options
    recent: Recent
    speed: float

    @property
    def left(self) -> str:
        """Return the wall time until the window's end, at the pace of the last minutes."""
        clock_seconds = self.recent.start_at + self.options.window_seconds - self.recent.now.at
        pace = self.recent.pace
        return minutes_of(max(0.0, clock_seconds) / pace) if pace else "-:--"


def line_of(progress: RunProgress) -> str:
    """Return it all in a line."""
    now = progress.recent.now
    flow = "  ".join(f"{name} {figure(getattr(now, name))}" for name in FLOW)
    found = f"  found {figure(now.found)} of {figure(now.reached)}"
    asked = f"{progress.recent.per_minute('requests'):.0f}/{progress.options.requests_per_minute}"
    return (
        f"{format_instant(now.at)[11:16]} {progress.speed:4.0f}x {progress.left:>6} left"
        f"  {flow}{found}  {asked} requests/min"
    )


def panel_of(progress: RunProgress, size: ConsoleDimensions) -> Panel:
    """Return it all for a terminal of that size, 80 x 24 or more."""
    width = min(size.width, WIDTH_MOST)
    crossed = max(1, min(CROSSED_MOST, size.height - LINES_BESIDE_CROSSED))
    rows = Table.grid(expand=True)
    for part in (
        _time(progress),
        _bar(progress.recent.now.at - progress.recent.start_at, progress.options.window_seconds),
        "",
        _flow(progress.recent, (width - 4) // len(FLOW)),
        "",
        _facts(progress),
        "",
        _crossed(progress, crossed),
    ):
        rows.add_row(part)
    return Panel(rows, title="WSB Stream", title_align="left", width=width)


def _time(progress: RunProgress) -> Table:
    table = Table.grid(expand=True)
    table.add_column()
    table.add_column(justify="right")
    shown = format_instant(progress.recent.now.at)[:16].replace("T", " ")
    speed = f"{progress.speed:.0f} times as fast" if progress.speed else "the clock stands"
    table.add_row(f"{shown} UTC", f"{speed} · {progress.left:>5} left")
    return table


def _flow(recent: Recent, width: int) -> Text:
    """Return where the records are, left to right, and what comes along in a minute."""
    names = "".join(f"{name:>{width - 2}} →" for name in FLOW).removesuffix("→")
    counts = "".join(f"{figure(getattr(recent.now, name)):>{width - 2}}  " for name in FLOW)
    rates = (f"{recent.per_minute(name):,.0f}/min" for name in FLOW)
    moving = "".join(f"{rate:>{width - 2}}  " for rate in rates)
    return Text.assemble(names, "\n", (counts, "bold"), "\n", (moving, "dim"), no_wrap=True)


def _facts(progress: RunProgress) -> Table:
    recent, now, options = progress.recent, progress.recent.now, progress.options
    table = Table.grid(expand=True)
    table.add_column(width=8, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(width=BAR_WIDTH)
    asked, looks = recent.per_minute("requests"), recent.per_minute("looks")
    found, reached = now.found or 0, now.reached or 0
    share = f"{min(1, found / reached):7.0%}" if reached else f"{'-':>7}"
    table.add_row(
        "found",
        f"{figure(now.found):>6} of {figure(now.reached):>6} that truly reached"
        f" {options.min_score:,} {share}",
        _bar(found, reached, BAR_WIDTH),
    )
    table.add_row(
        "quota",
        f"{asked:6.0f} of {options.requests_per_minute:6.0f} requests/min:"
        f" {asked - looks:.0f} polls, {looks:.0f} looks",
        _bar(asked, options.requests_per_minute, BAR_WIDTH),
    )
    pace = recent.pace or 1.0
    lags = (f"{LAGGING[name]} {lag / pace:4.1f} s" for name, lag in now.lags_seconds.items())
    table.add_row("behind", f"  {', '.join(lags)}")
    return table


def _bar(completed: float, total: float, width: int | None = None) -> ProgressBar:
    return ProgressBar(
        total=max(total, 1), completed=completed, width=width, complete_style="green"
    )


def _crossed(progress: RunProgress, lines: int) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"reached {progress.options.min_score} lately", width=20)
    table.add_column("at the age of", justify="right", width=14)
    table.add_column("score", justify="right", width=8)
    newest = list(progress.recent.now.crossed)[::-1][:lines]
    for one in newest:
        table.add_row(one["id"], hours_of(one["age_seconds"]), f"{one['score']:,}")
    for _ in range(lines - len(newest)):
        table.add_row("", "", "")
    return table


def minutes_of(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, rest = divmod(round(seconds), SECONDS_PER_MINUTE)
    return f"{minutes}:{rest:02}"


def hours_of(seconds: float) -> str:
    """Return an age as hours and minutes."""
    hours, minutes = divmod(int(seconds // SECONDS_PER_MINUTE), MINUTES_PER_HOUR)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
