"""Writes: what the producer writes to DynamoDB on a day, a minute, after equal hours before it.

The producer itself reads a generated day on the simulation's virtual clock. Its checkpoints and
first crossings are weighed by DynamoDB's rule: a unit for each kilobyte begun, of an item that is
put or deleted. The lease's renewals are counted as they are timed.
"""

import argparse
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bench.table import Row, Table
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item, Key
from producer.state.lease import LeaseTimes
from producer.state.table import partition
from sandbox.reddit.realism import Realism
from sandbox.simulate.asker import Weather
from sandbox.simulate.plan import Plan, tell
from sandbox.simulate.producing import Producing
from sandbox.simulate.profile import PROFILES

UNIT_BYTES = 1024
# "pk", "sk", "data", "expires_at", "version" and "fence", and the numbers of the last three
NAMES_BYTES = 2 + 2 + 4 + 10 + 7 + 5
NUMBERS_BYTES = 6 + 2 + 4
QUOTA = 100
KINDS = ("cohort", "crossing", "cursor", "deletion")
BEFORE_HOURS = {"quiet": 37.0, "weekday": 37.0, "peak": 24.0}
LEASE_WRITES = 60 / LeaseTimes().renew_seconds + 1  # and one before each checkpoint


class Scales:
    """A keeper that writes nothing and weighs everything; `items` are counted by kind."""

    def __init__(self) -> None:
        self._units = 0
        self.items: Counter[str] = Counter()
        self._sizes: dict[Key, int] = {}
        self._noted: list[Key] = []
        self.of_checkpoints: list[int] = []  # the units up to each, since the one before

    def note(self, crossings: Sequence[Item]) -> None:
        """Weigh first crossings."""
        self._put(crossings)
        self._noted += [item.key for item in crossings]

    def keep(self, checkpoint: Checkpoint) -> None:
        """Weigh a checkpoint, and the crossings that it covers and the saver deletes."""
        self._put(checkpoint.puts)
        for key in (*checkpoint.deleted, *self._noted):
            self._weigh("deletion", self._sizes.pop(key, 0))
        self._noted.clear()
        self._put(checkpoint.cursors)
        self.of_checkpoints.append(self._units)
        self._units = 0

    def raise_problem(self) -> None:
        """Have none."""

    def start_again(self) -> None:
        """Forget what was counted, but not what is stored."""
        self.of_checkpoints.clear()
        self.items.clear()

    def _put(self, items: Sequence[Item]) -> None:
        for item in items:
            key = len(partition(item.key.subreddit)) + len(item.key.name)
            size = NAMES_BYTES + NUMBERS_BYTES + key + len(item.data)
            self._sizes[item.key] = size
            self._weigh(item.key.name.partition("#")[0], size)

    def _weigh(self, kind: str, size: int) -> None:
        self.items[kind] += 1
        self._units += max(1, math.ceil(size / UNIT_BYTES))


def measured(day: str, hours: float, before_hours: float) -> Row:
    """Return the row of a day, of which so many hours count."""
    realism = Realism(seed=0)
    told = tell(Plan(PROFILES[day], hours=hours, before_hours=before_hours), realism)
    scales = Scales()
    producing = Producing(told, realism, QUOTA, Weather(0.3, (), 0), keeper=scales)
    window = told.story.window
    for end_at in (window.since, window.until):
        scales.start_again()
        while producing.step() < end_at:
            pass
    minutes = (window.until - window.since) / 60
    items = {name: round(scales.items[name] / minutes, 1) for name in KINDS}
    minutely = np.array(scales.of_checkpoints, np.float64)
    hourly = np.convolve(minutely, np.full(60, 1 / 60), "valid")
    return {
        "day": day,
        **items,
        "write_units_per_minute": round(minutely.sum() / minutes + LEASE_WRITES),
        "busiest_hour": round(float(hourly.max()) + LEASE_WRITES),
    }


def main() -> None:
    """Print the table and write build/bench/writes.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="measured hours of each day")
    parser.add_argument("--only", default="", help="days whose name holds this")
    options = parser.parse_args()
    table = Table("writes", ("day", *KINDS, "write_units_per_minute", "busiest_hour"))
    for day, before_hours in BEFORE_HOURS.items():
        if options.only in day:
            table.add(measured(day, options.hours, before_hours))
    table.write()


if __name__ == "__main__":
    main()
