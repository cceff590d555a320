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
@click.option("--year-days", default=30, help="Days that the job lives through, on its own clock.")
@click.option("--commits-a-day", default=8, help="Runs of the job in each of them; 96 in AWS.")
@click.option("--only", multiple=True, help="hour, day, peak, days or year.")
def main(year_days: int, commits_a_day: int, only: tuple[str, ...]) -> None:
    """Print the table, and write it to build/bench/lake.json."""
    with serving() as server:
        bench = Bench(server, Table("lake", COLUMNS))
        for part in (_hour, _day, _peak, _days):
            if not only or part.__name__.strip("_") in only:
                part(bench)
        if not only or "year" in only:
            _year(bench, year_days, commits_a_day)
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
    bench.measure(f"{DAYS} settled days", tasks.as_of, lake)
    bench.measure(f"{DAYS} settled days", tasks.history, lake, DAYS * IDS // 2)
    bench.prepare(tasks.forget, lake, DAYS, IDS, FORGOTTEN)
    bench.measure(f"{DAYS} settled days", tasks.purge, lake)


def _year(bench: Bench, days: int, commits_a_day: int) -> None:
    lake = bench.server.new_lake("year")
    bench.prepare(tasks.fill_days, lake, 365, 700, 3, 30)
    bench.measure("365 settled days", tasks.latest, lake)
    bench.measure("365 settled days", tasks.history, lake, 365 * 700 // 2)
    lived = bench.server.new_lake("lived")
    bench.measure(
        f"{days} days, {days * commits_a_day} runs", tasks.live_a_year, lived, days, commits_a_day
    )
    files, snapshots, size = bench.prepare(tasks.shape, lived)
    print(f"after it: {files} data files, {snapshots} snapshots, metadata of {size:,} bytes")
    bench.measure(f"{days} lived days", tasks.latest, lived)
    bench.measure(f"{days} lived days", tasks.history, lived, days * commits_a_day * 15)


if __name__ == "__main__":
    main()
