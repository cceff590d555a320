"""Screen: a run's progress, live on a terminal or a line now and then in a log."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table

from contract import format_instant
from sandbox.demo.summary import figure

if TYPE_CHECKING:
    from types import TracebackType

    from sandbox.demo.snapshot import Snapshot

LOG_EVERY_SECONDS = 10.0  # wall; where there is no terminal


@dataclass(slots=True)
class Screen:
    """Shows steps and snapshots; `quota` is what the producer may ask for in a minute."""

    start_at: float
    end_at: float
    quota: int
    console: Console = field(default_factory=Console)
    _live: Live | None = None
    _logged_at: float = 0.0

    def __enter__(self) -> Self:
        """Take the terminal over, if there is one."""
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the terminal back."""
        if self._live is not None:
            self._live.stop()

    def show(self, phase: str, snapshot: Snapshot, speed: float) -> None:
        """Show where everything stands."""
        if self._live is not None:
            self._live.update(self._panel(phase, snapshot, speed))
        elif time.monotonic() - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = time.monotonic()
            self.console.print(self._line(phase, snapshot, speed), highlight=False, soft_wrap=True)

    def _line(self, phase: str, now: Snapshot, speed: float) -> str:
        return (
            f"{format_instant(now.at)[:16]}  {phase:<9} {speed:4.0f}x"
            f"  served {figure(now.published)}  read {figure(now.read)}  sent {now.sent:,}"
            f"  kept {now.kept:,}  landed {now.landed:,}"
            f"  {figure(now.requests_per_minute)}/{self.quota} requests/min"
            f"  lag {max(now.lags_seconds.values()):.0f} s"
        )

    def _panel(self, phase: str, now: Snapshot, speed: float) -> Panel:
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="left", style="dim", min_width=22)
        table.add_column(justify="right", min_width=10)
        table.add_column(justify="left", style="dim")
        total = self.end_at - self.start_at
        done = min(total, now.at - self.start_at)
        table.add_row("simulated time", format_instant(now.at)[:16], f"{speed:.0f} times the wall")
        table.add_row("", ProgressBar(total=total, completed=done, width=24), phase)
        table.add_row("Reddit served", f"{figure(now.published)}", "posts and comments published")
        table.add_row("producer read", f"{figure(now.read)}", f"in {figure(now.requests)} requests")
        table.add_row("Kinesis took", f"{now.sent:,}", "observations")
        table.add_row("Flink kept", f"{now.kept:,}", f"{now.dead_letters:,} dead letters")
        table.add_row("Firehose landed", f"{now.landed:,}", f"{now.buffered:,} in its buffers")
        table.add_row("lake job ran", f"{now.settled_runs:,}", "times")
        table.add_row(
            "requests/min",
            f"{figure(now.requests_per_minute)}",
            f"of {self.quota} (most: {figure(now.requests_per_minute_max)})",
        )
        lags = "  ".join(f"{name} {lag:.0f} s" for name, lag in now.lags_seconds.items())
        table.add_row("lag", f"{max(now.lags_seconds.values()):.0f} s", lags)
        return Panel(table, title="WSB Stream", title_align="left", expand=False)
