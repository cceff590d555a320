"""Generated observations: comments looked at again and again, with bodies like Reddit's."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from contract import SCHEMA
from wsb_lake.job.parsing import arrow_schema
from wsb_lake.tables.data_files import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

START = 1_609_459_200  # 2021-01-01
DAY_SECONDS = 86_400
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
WORDS = 4000
BODIES = 50_000
SCHEMA_OF_COMMENTS = arrow_schema(SCHEMA.of_kind("comment"))


def fullname(number: int) -> str:
    """Return the comment's fullname; like Reddit's they count upwards to base 36."""
    digits = ""
    number += 36**6
    while number:
        number, digit = divmod(number, 36)
        digits = LETTERS[digit] + digits
    return f"t1_{digits}"


@lru_cache(maxsize=1)
def bodies() -> pa.Array:
    """Return texts whose lengths are like those of comments: half under 62 bytes, 1 % over 880."""
    chance = random.Random(1)  # noqa: S311 - texts, no secrets
    words = ["".join(chance.choices(LETTERS[10:], k=chance.randint(2, 9))) for _ in range(WORDS)]
    weights = [1 / (place + 5) for place in range(WORDS)]
    counts = [max(1, round(chance.lognormvariate(2.3, 1.15))) for _ in range(BODIES)]
    chosen = iter(chance.choices(words, weights, k=sum(counts)))
    return pa.array([" ".join(next(chosen) for _ in range(count)) for count in counts])


def comments(numbers: Sequence[int], created: Sequence[int], observed: Sequence[int]) -> pa.Table:
    """Return a look at each of these comments; times are seconds since 1970."""
    count = len(numbers)
    names = [fullname(number) for number in numbers]
    texts = bodies().take(pa.array([number * 7919 % BODIES for number in numbers]))
    authors = [f"user_{number * 31 % 90_000}" for number in numbers]
    scores = [number * 13 % 400 + look % 60 for number, look in zip(numbers, observed, strict=True)]
    constant = {
        "schema_version": SCHEMA.version, "kind": "comment", "subreddit": "wallstreetbets",
        "cause": "reread", "state": "live", "score_hidden": False, "stickied": False,
        "is_submitter": False,
    }  # fmt: skip
    columns = {
        "id": names,
        "created_at": pa.array([at * 1_000_000 for at in created], pa.timestamp("us", "UTC")),
        "observed_at": pa.array([at * 1_000_000 for at in observed], pa.timestamp("us", "UTC")),
        "score": pa.array(scores, pa.int32()),
        "peak_score": pa.array(scores, pa.int32()),
        "author": authors,
        "author_id": [f"t2_{author}" for author in authors],
        "body": texts,
        "permalink": [f"/r/wallstreetbets/comments/l6ea1b/what_are/{name[3:]}/" for name in names],
        "post_id": [f"t3_{number // 500:x}" for number in numbers],
        "parent_id": [f"t1_{number // 3:x}" for number in numbers],
        **{name: pa.array([value] * count) for name, value in constant.items()},
    }
    return aligned(pa.table(columns), SCHEMA_OF_COMMENTS)


def day_of_looks(day: int, ids: int, looks: int) -> list[pa.Table]:
    """Return a created day's observations: that many looks, over 36 hours, at each of its ids."""
    first, begin = day * ids, START + day * DAY_SECONDS
    numbers = range(first, first + ids)
    created = [begin + place * DAY_SECONDS // ids for place in range(ids)]
    tables = []
    for look in range(looks):
        after = 900 + look * 36 * 3600 // looks
        tables.append(comments(numbers, created, [at + after for at in created]))
    return tables
