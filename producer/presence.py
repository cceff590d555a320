"""Presence: tells systemd, and whoever asks for the status, that the producer is there."""

from collections.abc import Iterable

from clock import Clock
from contract import format_instant
from producer.errors import SettingsError
from producer.events import StatusUnwritten
from producer.progress import Reporter
from producer.settings import ProducerSettings
from producer.status import Now, StatusFile, Trouble
from producer.systemd import Notifier
from telemetry import Log
from telemetry.log import Logged
from telemetry.metrics import figures


class Presence:
    """What is said of one process; without an outbox folder there is no status file."""

    def __init__(
        self, settings: ProducerSettings, notifier: Notifier, *, clock: Clock, log: Log
    ) -> None:
        self._file = _file_of(settings)
        self._notifier = notifier
        self._clock = clock
        self._log = log
        self._doing = "starting"
        self._unwritten = False
        self.work(None)

    def work(self, reporter: Reporter | None) -> None:
        """Say from now on where a producer stands (None: none is at work)."""
        self._reporter = reporter

    def says(self, doing: str) -> None:
        """Say what the producer does from now on, in words."""
        self._doing = doing
        self._notifier.says(doing)

    def pulse(self) -> None:
        """Say that the loop goes on; to be called often."""
        self._notifier.pulse()
        if self._file is None:
            return
        try:
            self._file.write_if_due(self._now)
        except OSError as error:
            # a full disk: producing goes on without a status
            if not self._unwritten:
                self._log.emit(StatusUnwritten(reason=str(error)))
            self._unwritten = True
        else:
            self._unwritten = False

    def close(self) -> None:
        """Let it be seen that nothing runs any more."""
        if self._file is not None:
            self._file.close()

    def _now(self) -> Now:
        at = format_instant(self._clock.now())
        logged = tuple(self._log.warnings)  # other threads log meanwhile
        said = Now(self._doing, at, troubles=tuple(_troubles(logged)))
        if self._reporter is not None:
            said.gauges = figures(self._reporter.gauges())
            said.counts = self._reporter.counts()
        return said


def _file_of(settings: ProducerSettings) -> StatusFile | None:
    if settings.outbox_folder is None:
        return None
    try:
        return StatusFile(settings.outbox_folder, settings.reddit.subreddits)
    except OSError as error:
        raise SettingsError(f"WSB_OUTBOX_FOLDER cannot be used: {error}") from None


def _troubles(warnings: Iterable[Logged]) -> Iterable[Trouble]:
    for logged_at, event in warnings:
        text = " ".join(f"{name}={value}" for name, value in event.values().items())
        yield Trouble(logged_at, event.name(), text)
