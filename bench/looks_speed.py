"""What it costs to follow two peak days: bytes a comment, and CPU time a request.

`python -m bench.looks_speed` tracks 2.3 million comments, as many as 36 hours of the heaviest day
of 2021 are after an equal one, asks for looks and answers them, and loads all of it again.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from producer.looks.looks import Looks
from producer.looks.requests import Asked
from producer.reddit.batch import Batch

AGES = tuple(60.0 * minutes for minutes in (15, 45, 90, 180, 360, 720, 1440, 2160))
MIN_SCORE = 10
RETENTION_DAYS = 365
PAGE_ITEMS = 100
NOW = 2e9
ANSWER_SECONDS, REQUEST_SECONDS = 0.3, 0.8
CROSSED_SHARE, MOVED_SHARE = 0.03, 0.1
CROSSED_SCORE = 30
POSTS = 2000
Found = TypeVar("Found")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FIRST_ID = 36**6 * 16


@click.command(help=__doc__)
@click.option("--comments", default=2_300_000)
@click.option("--requests", default=3000)
def main(comments: int, requests: int) -> None:
    """Fill the table, ask and answer, load it again."""
    random = np.random.default_rng(1)
    before = _resident_bytes()
    looks = _new_looks()
    for page in _births(random, comments):
        looks.see(page, float(page.created_at[-1]) + 5)
    print(f"{len(looks):,} comments, {(_resident_bytes() - before) / len(looks):.0f} bytes each")
    kept = looks.changed()
    size = sum(len(item.content) for item in kept.items) / len(kept.items)
    print(f"{len(kept.items):,} items of {size:,.0f} bytes")
    _ask(random, looks, requests)
    again = _new_looks()
    began = time.process_time()
    again.load([(item.name, item.content) for item in kept.items], NOW)
    print(f"{len(again):,} comments loaded in {time.process_time() - began:.1f} s")


def _ask(random: np.random.Generator, looks: Looks, requests: int) -> None:
    micros: dict[str, list[float]] = {}

    def timed(name: str, what: Callable[[float], Found], now: float) -> Found:
        began = time.process_time()
        result = what(now)
        micros.setdefault(name, []).append((time.process_time() - began) * 1e6)
        return result

    ids = 0
    for number in range(requests):
        now = NOW + number * REQUEST_SECONDS
        timed("due by value", looks.requests.due_at, now)
        settling = timed("due to settle", looks.requests.settle_due_at, now) <= now
        asked = timed("choose", looks.requests.ask_settle if settling else looks.requests.ask, now)
        ids += len(asked.ids)
        page = _answer(random, looks, asked)
        timed("see", partial(looks.see, page), now + ANSWER_SECONDS)
    for name, each in micros.items():
        print(f"{name}: {np.mean(each):.0f} µs, p99 {np.percentile(each, 99):.0f} µs")
    print(f"{ids / requests:.1f} ids a request")


def _new_looks() -> Looks:
    return Looks(AGES, min_score=MIN_SCORE, retention_days=RETENTION_DAYS)


def _births(random: np.random.Generator, comments: int) -> Iterator[Batch]:
    """Yield pages of comments never seen before; half of them answer another comment."""
    ages = np.sort(random.uniform(0, AGES[-1], comments))[::-1]
    for first in range(0, comments, PAGE_ITEMS):
        created_at = NOW - ages[first : first + PAGE_ITEMS]
        n = len(created_at)
        posts: list[str | None] = [f"t3_p{number}" for number in random.integers(0, POSTS, n)]
        back = random.integers(0, 50_000, n)
        parents = [
            post if place % 2 else _fullname(max(0, first - int(back[place])))
            for place, post in enumerate(posts)
        ]
        scores = np.minimum(random.geometric(0.45, n), MIN_SCORE - 1).astype(np.int32)
        scores[random.random(n) < CROSSED_SHARE] = CROSSED_SCORE
        yield Batch(
            [_fullname(first + place) for place in range(n)],
            created_at,
            scores,
            np.zeros(n, np.uint8),
            random.integers(0, 2**32, n, dtype=np.uint32),
            np.zeros(n),
            posts,
            parents,
        )


def _answer(random: np.random.Generator, looks: Looks, asked: Asked) -> Batch:
    """Return what Reddit shows of rows asked for: some have moved."""
    rows = looks.table.read(asked.slots)
    n = len(rows)
    moved = (random.random(n) < MOVED_SHARE) * random.integers(1, 8, n)
    return Batch(
        list(asked.ids),
        rows["created_at"],
        (rows["score"] + moved).astype(np.int32),
        rows["state"],
        rows["text_crc"],
        rows["edited_at"],
        [None] * n,
        [None] * n,
    )


def _fullname(number: int) -> str:
    digits = ""
    number += FIRST_ID
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return f"t1_{digits}"


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
