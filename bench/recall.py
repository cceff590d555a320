"""How many of the comments that reach the score are found, and when: `make bench-recall`.

The producer itself reads each day on a virtual clock at 100, 60 and 30 requests a minute, after an
equal day; beside it stand readers that look once at each comment, computed from its true course.
Real trajectories (`--data FOLDER`, files as docs/data.md says) ride in comments that never reach
the score, up to the day's real rates. What the columns mean is in docs/recall.md.

No day is judged by a crossing model that was counted from it: a recorded day's is counted from the
other recorded ones and a generated day, a generated day's from the recorded ones alone.
"""

import argparse
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

from bench.table import Row, Table
from producer.looks.crossing import CrossingModel
from sandbox.reddit.datafile import read_records
from sandbox.reddit.generator.day import Plan as GeneratedDay
from sandbox.reddit.generator.day import generate_records
from sandbox.reddit.realism import Realism
from sandbox.simulate.measures import SLACK_SECONDS, Population, Recall, population, recall
from sandbox.simulate.plan import Plan, Told, tell
from sandbox.simulate.profile import PROFILES
from sandbox.simulate.result import judge
from sandbox.simulate.rivals import STRATEGIES, look_once
from sandbox.simulate.run import produce
from tools.crossing_fit import comments_of, fit

QUOTAS = (100, 60, 30)
OURS = "wsb_stream"
COLUMNS = (
    "day",
    "quota",
    "strategy",
    "recall_24h",
    "recall_final",
    "ceiling_24h",
    "lag_p50_minutes",
    "lag_p90_minutes",
    "requests_per_minute_max",
)
DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
PROCESSES = 2
GENERATED_SEED = 11
NOTE = (
    "A crossing counts when it lasts a minute. The look that is due at 24 h of age, or at 36 h, "
    f"may take {SLACK_SECONDS / 60:.0f} minutes: what it shows counts."
)


class Ours(NamedTuple):
    """What the producer reached, and what it took to find out."""

    recall: Recall
    requests_per_minute_max: int
    cpu_seconds: float
    memory_bytes: int


class Day(NamedTuple):
    """A day of a measured profile; with `data`, the recorded comments ride in it."""

    profile: str
    data: Path | None = None

    @property
    def name(self) -> str:
        """Return its name in the table."""
        if self.data is None:
            return f"generated {self.profile}"
        return f"{_short(self.data)} at {self.profile} rates"


# What a process of its own is forked with: the story is made once for all quotas.
_told: list[tuple[Told, Population, CrossingModel]] = []


def days(folder: Path) -> Iterator[Day]:
    """Yield the days: those that are recorded there, then the generated ones."""
    for path in sorted(folder.glob("*.ndjson.gz")):
        rates = "quiet" if "quiet" in path.name else "weekday"
        yield Day(rates, path)
        if rates == "weekday":
            yield Day("peak", path)
    for profile in PROFILES:
        yield Day(profile)


def held_out(day: Day, folder: Path) -> tuple[CrossingModel, str]:
    """Return a model counted from other days than this one, and a word on which."""
    files = [path for path in sorted(folder.glob("*.ndjson.gz")) if path != day.data]
    sources = [list(read_records(path)) for path in files]
    names = [_short(path) for path in files]
    if day.data is not None or not files:
        sources.append(list(generate_records(GeneratedDay(seed=GENERATED_SEED, hours=24.0))))
        names.append("a generated day of another seed")
    comments = [comment for source in sources for _, comment in comments_of(source)]
    return fit(comments), ", ".join(names)


def ours(quota: int) -> Ours:
    """Run the producer through the story."""
    gc.freeze()  # what was forked stays shared
    told, people, model = _told[0]
    began = time.process_time()
    run = produce(told, Realism(), quota=quota, model=model)
    seconds = time.process_time() - began
    result = judge(told.story, people, run)
    memory = getrusage(RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB
    return Ours(result.recall, result.requests_per_minute_max, seconds, memory)


def rows(
    day: Day, hours: float, quotas: Sequence[int], processes: int, model: CrossingModel
) -> Iterator[list[Row]]:
    """Yield the rows of a day at each quota."""
    plan = Plan(PROFILES[day.profile], hours=hours, data=day.data)
    told = tell(plan, Realism())
    people = population(told.story)
    created = told.story.timeline.created
    _told[:] = [(told, people, model)]
    fork = get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=fork, max_tasks_per_child=None) as pool:
        for quota, reached in zip(quotas, pool.map(ours, quotas), strict=True):
            print(
                f"# {day.name} at {quota}: {reached.cpu_seconds:.0f} s of CPU, "
                f"{reached.memory_bytes / 1e9:.1f} GB",
                file=sys.stderr,
            )
            found = [_row(day, quota, OURS, reached.recall, reached.requests_per_minute_max)]
            for strategy, age in STRATEGIES.items():
                rival = look_once(told.story, quota, age)
                seen = recall(people, created, rival.high_at)
                found.append(_row(day, quota, strategy, seen, rival.requests_per_minute_max))
            yield found


def _short(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".ndjson")


def _row(day: Day, quota: int, strategy: str, reached: Recall, most: int) -> Row:
    figures = {
        name: round(value, 5) if value is not None and isfinite(value) else None
        for name, value in asdict(reached).items()
    }
    return {
        "day": day.name,
        "quota": quota,
        "strategy": strategy,
        **figures,
        "requests_per_minute_max": most,
    }


def main() -> None:
    """Print the table and write build/bench/recall.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of recorded days")
    parser.add_argument("--hours", type=float, default=24.0, help="measured hours of each day")
    parser.add_argument("--only", default="", help="days whose name holds this")
    parser.add_argument("--quota", type=int, action="append", help="requests a minute; repeatable")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="quotas at once")
    parser.add_argument("--resume", action="store_true", help="keep the rows of an earlier run")
    options = parser.parse_args()
    if not any(options.data.glob("*.ndjson.gz")):
        print(f"no recorded day in {options.data}: generated days only", file=sys.stderr)
    began = time.monotonic()
    table = Table("recall", COLUMNS)
    for row in table.saved() if options.resume else ():
        table.add(row)
    done = {(row["day"], row["quota"]) for row in table.rows}
    for day in days(options.data):
        asked = options.quota or QUOTAS
        quotas = [quota for quota in asked if (day.name, quota) not in done]
        if options.only not in day.name or not quotas:
            continue
        model, counted_from = held_out(day, options.data)
        print(f"# {day.name}: crossing model counted from {counted_from}", file=sys.stderr)
        for found in rows(day, options.hours, quotas, options.processes, model):
            for row in found:
                table.add(row)
            table.save()
    table.write()
    print(NOTE)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
