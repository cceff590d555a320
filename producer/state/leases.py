"""Leases: those of all subreddits that a process follows, held together or not at all."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from clock import Clock
from producer.errors import AwsUnavailableError
from producer.events import LeaseAwaited
from producer.state.lease import Lease
from producer.totals import embedded
from telemetry import Log

WATCH_SECONDS = 2.0  # a death costs at most the lease's hold_seconds and two of these
SAY_SECONDS = 60.0  # between two events of a waiting producer


class Leases:
    """One lease or several; a process that cannot have all of them keeps none from others."""

    def __init__(self, leases: Sequence[Lease], clock: Clock, log: Log) -> None:
        self._leases = {lease.subreddit.lower(): lease for lease in leases}
        self._subreddits = ",".join(lease.subreddit for lease in leases)
        self._clock = clock
        self._log = log

    def take(self, stop: threading.Event, pulse: Callable[[], None]) -> bool:
        """Wait until all are this process's; False when `stop` comes first.

        `pulse` is called between two looks. Says every minute that it waits, and for whom.
        Raises AwsError at once when the first look fails: names, permissions and the network are
        wrong more often at the start than later.
        """
        awaited = self._try_take()
        said_at = float("-inf")
        while awaited is not None:
            pulse()
            now = self._clock.monotonic()
            if now - said_at >= SAY_SECONDS:
                said_at = now
                waits = embedded(self._subreddits, self._clock.now(), {"lease_held": 0})
                self._log.emit(LeaseAwaited(awaited.subreddit, awaited.held_by(), waits))
            awaited.pause(WATCH_SECONDS, stop)
            if stop.is_set():
                return False
            with suppress(AwsUnavailableError):
                awaited = self._try_take()
        return True

    def start(self) -> None:
        """Renew them from now on, each on a thread of its own."""
        for lease in self._leases.values():
            lease.start()

    def unbroken(self) -> bool:
        """Tell whether nobody else has held any of them since this process last did."""
        return all(lease.unbroken for lease in self._leases.values())

    def may_ask(self) -> bool:
        """Tell whether to go on reading; raises LeaseLostError when that is over."""
        return all(lease.may_ask() for lease in self._leases.values())

    def renew(self) -> None:
        """Hold them for longer; raises LeaseLostError or AwsError."""
        for lease in self._leases.values():
            lease.renew()

    def fence_for_write(self, subreddit: str) -> int:
        """Return the fencing number for a write now; raises as the lease does."""
        return self._leases[subreddit.lower()].fence_for_write()

    def release(self) -> None:
        """Let the next producer take them at once."""
        for lease in self._leases.values():
            lease.release()

    def _try_take(self) -> Lease | None:
        """Take all, or return one that is another's."""
        for lease in self._leases.values():
            if not lease.look():
                return lease
        for lease in self._leases.values():
            if not lease.grab():
                self.release()
                return lease
        return None
