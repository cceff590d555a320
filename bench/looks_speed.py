"""What following two peak days costs: bytes a comment, and time a request: `python -m bench.looks_speed`.

2.3 million comments are tracked, as many as 36 hours of the heaviest day of 2021 after an equal one.
"""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from producer.looks.looks import Looks

AGES = tuple(60.0 * minutes for minutes in (15, 45, 90, 180, 360, 720, 1440, 2160))
MIN_SCORE = 10
PER_PAGE = 100
DAY = 36 * 3600.0
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class Page:
    """Columns of an answer."""

    ids: list[str]
    created_at: np.ndarray
    scores: np.ndarray
    states: np.ndarray
    text_crcs: np.ndarray
    edited_at: np.ndarray
    post_ids: list[str | None]
    parent_ids: list[str | None]


def fullname(number: int) -> str:
    """Return an id as Reddit gives them."""
    digits = ""
    number += 36**6 * 16
    while number:
        number, digit = divmod(number, 36)
        digits = LETTERS[digit] + digits
    return f"t1_{digits}"


def new_page(random: np.random.Generator, first: int, created_at: np.ndarray) -> Page:
    """Return comments never seen before; half of them answer another one."""
    n = len(created_at)
    ids = [fullname(first + place) for place in range(n)]
    posts = [f"t3_p{number}" for number in random.integers(0, 2000, n).tolist()]
    parents = [
        fullname(int(random.integers(max(0, first - 50_000), first + 1))) if random.random() < 0.5 else post
        for post in posts
    ]
    scores = np.minimum(random.geometric(0.45, n), 9).astype(np.int32)
    scores[random.random(n) < 0.03] = 30
    crcs = random.integers(0, 2**32, n, dtype=np.uint32)
    zeros = np.zeros(n)
    return Page(ids, created_at, scores, zeros.astype(np.uint8), crcs, zeros, posts, parents)


def resident_bytes() -> int:
    """Return what the process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@click.command(help=__doc__)
@click.option("--comments", default=2_300_000)
@click.option("--requests", default=3000)
def main(comments: int, requests: int) -> None:
    """Fill the table, then ask and answer."""
    random = np.random.default_rng(1)
    before = resident_bytes()
    looks = Looks(AGES, min_score=MIN_SCORE, retention_days=365)
    ends_at = 2e9
    ages = np.sort(random.uniform(0, DAY, comments))[::-1]
    for first in range(0, comments, PER_PAGE):
        created_at = ends_at - ages[first : first + PER_PAGE]
        looks.see(new_page(random, first, created_at), float(created_at[-1]) + 5)
    tracked = len(looks)
    click.echo(f"{tracked:,} comments, {(resident_bytes() - before) / tracked:.0f} bytes each")
    kept = looks.changed()
    size = sum(len(item.content) for item in kept.items)
    click.echo(f"{len(kept.items):,} items of {size / len(kept.items):,.0f} bytes")
    now = ends_at + 60
    chosen, seen, dues, ids = [], [], [], []
    for _ in range(requests):
        began = time.process_time()
        if looks.settle_due_at(now) <= now:
            asked = looks.ask_settle(now)
        elif looks.due_at(now) <= now:
            asked = looks.ask(now)
        chosen.append(time.process_time() - began)
        page = answer(random, looks, asked)
        began = time.process_time()
        looks.see(page, now + 0.3)
        seen.append(time.process_time() - began)
        ids.append(len(asked.ids))
        began = time.process_time()
        looks.settle_due_at(now + 0.4)
        looks.due_at(now + 0.4)
        dues.append(time.process_time() - began)
        now += 0.8
    for name, values in (("choice", chosen), ("see", seen), ("due_at", dues)):
        micros = np.array(values) * 1e6
        click.echo(f"{name}: {micros.mean():.0f} µs mean, {np.percentile(micros, 99):.0f} µs p99")
    click.echo(f"{np.mean(ids):.1f} ids a request; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    began = time.process_time()
    again = Looks(AGES, min_score=MIN_SCORE, retention_days=365)
    again.load([(item.name, item.content) for item in kept.items], now)
    click.echo(f"loaded {len(again):,} rows in {time.process_time() - began:.1f} s")


def answer(random: np.random.Generator, looks: Looks, asked: object) -> Page:
    """Return what Reddit shows of rows asked for: one in ten has moved."""
    table, slots = looks.table, asked.slots
    scores = table.score[slots] + (random.random(len(slots)) < 0.1) * random.integers(1, 8, len(slots))
    return Page(
        list(asked.ids), table.created_at[slots], scores.astype(np.int32), table.state[slots],
        table.text_crc[slots], table.edited_at[slots], [None] * len(slots), [None] * len(slots),
    )


if __name__ == "__main__":
    main()
