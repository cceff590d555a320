"""Measures the lake on generated observations: `make bench-lake`.

S3, Glue and DynamoDB are moto's, in a process that shares this machine's cores; each task has a
process of its own, whose peak of memory is counted, and each request that it makes.
"""

from __future__ import annotations

import click

from bench.lake import tasks
from bench.lake.bench import COLUMNS, Bench
from bench.lake.server import serving
from bench.table import Table

DAYS, IDS, LOOKS = 60, 27_000, 3  # 4.86 million looks at 1.62 million comments
PEAK_IDS, PEAK_LOOKS, PEAK_COMMITS = 450_000, 8, 96  # 3.6 million
FORGOTTEN = 20_000


@click.command()
@click.option("--lived-days", default=4, help="Days of the year in which the job itself runs.")
@click.option("--runs-a-day", default=96, help="Runs of the job in each of them; 96 in AWS.")
@click.option("--only", multiple=True, help="hour, day, peak, days or year.")
def main(lived_days: int, runs_a_day: int, only: tuple[str, ...]) -> None:
    """Print the table, and write it to build/bench/lake.json."""
    with serving() as server:
        bench = Bench(server, Table("lake", COLUMNS))
        for part in (_hour, _day, _peak, _days):
            if not only or part.__name__.strip("_") in only:
                part(bench)
        if not only or "year" in only:
            _year(bench, lived_days, runs_a_day)
        bench.table.write()


def _hour(bench: Bench) -> None:
    sizes = {}
    for name, ids in (("hour", 400), ("peakhour", 55_555)):
        lake = bench.server.new_lake(name)
        sizes[ids] = bench.prepare(tasks.land, lake, ids, 3, 12) / (ids * 9)
        bench.measure(f"empty, {ids * 9:,} land", tasks.append, lake)
    told = ", ".join(f"{size:.0f}" for size in sizes.values())
    print(f"bytes an observation as gzip JSON: {told}", flush=True)


def _day(bench: Bench) -> None:
    lake = bench.server.new_lake("day")
    bench.prepare(tasks.fill_day, lake, 10_000, 8, 48)
    bench.measure("a day in 48 commits", tasks.settle, lake)


def _peak(bench: Bench) -> None:
    lake = bench.server.new_lake("peak")
    bench.prepare(tasks.fill_day, lake, PEAK_IDS, PEAK_LOOKS, PEAK_COMMITS)
    bench.measure(f"a day in {PEAK_COMMITS} commits", tasks.settle, lake)


def _days(bench: Bench) -> None:
    lake = bench.server.new_lake("days")
    bench.prepare(tasks.fill_days, lake, DAYS, IDS, LOOKS, 2)
    bench.measure(f"{DAYS} settled days", tasks.latest, lake)
    bench.measure(f"{DAYS} settled days, 3 columns", tasks.latest_scores, lake)
    bench.measure(f"{DAYS} settled days", tasks.as_of, lake)
    bench.measure(f"{DAYS} settled days", tasks.history, lake, DAYS * IDS // 2)
    bench.prepare(tasks.forget, lake, DAYS, IDS, FORGOTTEN)
    bench.measure(f"{DAYS} settled days", tasks.purge, lake)


def _year(bench: Bench, lived: int, runs_a_day: int) -> None:
    """Read a lake a year old: as settling leaves all but its last days, then as the job does.

    In the last ones the job itself runs, maintenance and all, so that they are what it leaves:
    small files, days that were just settled, snapshots of the last hours, merged manifests.
    """
    lake, since = bench.server.new_lake("year"), 365 - lived
    looks = 3 * tasks.IDS_A_DAY // runs_a_day
    bench.prepare(tasks.fill_days, lake, since, tasks.IDS_A_DAY, 3, 30)
    name = f"{lived} more days, {lived * runs_a_day} runs"
    bench.measure(name, tasks.live, lake, since, lived, runs_a_day, looks)
    print(f"a year: {bench.prepare(tasks.shape, lake)}", flush=True)
    bench.measure("a year", tasks.latest, lake)
    bench.measure("a year, 3 columns", tasks.latest_scores, lake)
    bench.measure("a year, old id", tasks.history, lake, since * tasks.IDS_A_DAY // 2)
    last = tasks.newest(since, lived * runs_a_day - 1, looks)
    bench.measure("a year, new id", tasks.history, lake, last)


if __name__ == "__main__":
    main()
