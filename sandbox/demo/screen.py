"""Screen: what a run is doing, live on a terminal or a line now and then in a log."""

import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from sandbox.demo.options import Options
from sandbox.demo.panel import RunProgress, line_of, panel_of
from sandbox.demo.recent import Recent

LINE_EVERY_SECONDS = 20.0  # wall; where there is no terminal
SET_UP_LINE_EVERY_SECONDS = 9.0
REFRESH_PER_SECOND = 4


@dataclass(slots=True)
class Screen:
    """Shows steps (`tell`) and figures (`show`)."""

    options: Options
    console: Console = field(default_factory=Console)
    _step: str = "starting"
    _detail: str = ""
    _since: float = field(default_factory=time.monotonic)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots"))
    _progress: RunProgress | None = None
    _live: Live | None = None
    _ended: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        """Take the terminal over, if there is one."""
        if self.console.is_terminal:
            self._live = Live(
                console=self.console,
                get_renderable=self._picture,
                refresh_per_second=REFRESH_PER_SECOND,
                transient=True,
            )
            self._live.start()
        else:
            Thread(target=self._print_lines, name="screen", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the terminal back."""
        self._ended.set()
        if self._live is not None:
            self._live.stop()

    def tell(self, step: str, detail: str = "") -> None:
        """Say what is being done now, and how far it is."""
        if step != self._step:
            self._since = time.monotonic()
        self._step, self._detail = step, detail

    def show(self, step: str, recent: Recent, speed: float) -> None:
        """Show where everything stands."""
        self.tell(step)
        self._progress = RunProgress(self.options, recent, speed)

    def _doing(self) -> str:
        return f"{self._step} {time.monotonic() - self._since:3.0f} s  {self._detail}".rstrip()

    def _picture(self) -> RenderableType:
        self._spinner.update(text=Text(self._doing()[: self.console.width - 4], style="dim"))
        if self._progress is None:
            return self._spinner
        return Group(panel_of(self._progress, self.console.size), self._spinner)

    def _print_lines(self) -> None:
        printed, printed_at = "", 0.0
        while not self._ended.wait(1 / REFRESH_PER_SECOND):
            every = LINE_EVERY_SECONDS if self._progress else SET_UP_LINE_EVERY_SECONDS
            if self._step == printed and time.monotonic() - printed_at < every:
                continue
            printed, printed_at = self._step, time.monotonic()
            line = f"{line_of(self._progress)}  {printed}" if self._progress else self._doing()
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
