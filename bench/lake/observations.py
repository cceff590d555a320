"""Generated observations: comments looked at again and again, with bodies like Reddit's."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract import SCHEMA
from wsb_lake.job.parsing import arrow_schema
from wsb_lake.tables.data_files import aligned

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

START = 1_609_459_200  # 2021-01-01
DAY_SECONDS = 86_400
DIGITS = 7  # of an id, like Reddit's now
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
WORDS = 4000
BODIES = 50_000
SCHEMA_OF_COMMENTS = arrow_schema(SCHEMA.of_kind("comment"))


def fullname(number: int) -> str:
    """Return the comment's fullname; like Reddit's they count upwards to base 36."""
    return str(_fullnames("t1_", np.array([number]))[0])


def _fullnames(prefix: str, numbers: NDArray[np.int64]) -> pa.Array:
    places = 36 ** np.arange(DIGITS - 1, -1, -1)
    digits = (numbers[:, None] + 36 ** (DIGITS - 1)) // places % 36
    names = np.frombuffer(LETTERS.encode(), "S1")[digits].view(f"S{DIGITS}").ravel()
    return _joined(prefix, pa.array(names.astype(str)))


def _joined(prefix: str, values: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.cast(values, pa.string()), "")


@lru_cache(maxsize=1)
def bodies() -> pa.Array:
    """Return texts whose lengths are like those of comments: half under 62 bytes, 1 % over 880."""
    chance = random.Random(1)  # noqa: S311 - texts, no secrets
    words = ["".join(chance.choices(LETTERS[10:], k=chance.randint(2, 9))) for _ in range(WORDS)]
    weights = [1 / (place + 5) for place in range(WORDS)]
    counts = [max(1, round(chance.lognormvariate(2.3, 1.15))) for _ in range(BODIES)]
    chosen = iter(chance.choices(words, weights, k=sum(counts)))
    return pa.array([" ".join(next(chosen) for _ in range(count)) for count in counts])


def comments(numbers: ArrayLike, created: ArrayLike, observed: ArrayLike) -> pa.Table:
    """Return a look at each of these comments; times are seconds since 1970."""
    ids = np.asarray(numbers, dtype=np.int64)
    count = len(ids)
    names = _fullnames("t1_", ids)
    authors = _joined("user_", pa.array(ids * 31 % 90_000))
    scores = ids * 13 % 400 + np.asarray(observed) % 60
    constant = {
        "schema_version": SCHEMA.version, "kind": "comment", "subreddit": "wallstreetbets",
        "cause": "reread", "state": "live", "score_hidden": False, "stickied": False,
        "is_submitter": False,
    }  # fmt: skip
    columns = {
        "id": names,
        "created_at": _instants(created),
        "observed_at": _instants(observed),
        "score": pa.array(scores, pa.int32()),
        "peak_score": pa.array(scores, pa.int32()),
        "author": authors,
        "author_id": _joined("t2_", authors),
        "body": bodies().take(pa.array(ids * 7919 % BODIES)),
        "permalink": _joined("/r/wallstreetbets/comments/l6ea1b/what_are/", names),
        "post_id": _fullnames("t3_", ids // 500),
        "parent_id": _fullnames("t1_", ids // 3),
        **{name: pa.repeat(value, count) for name, value in constant.items()},
    }
    return aligned(pa.table(columns), SCHEMA_OF_COMMENTS)


def day_of_looks(day: int, ids: int, looks: int) -> list[pa.Table]:
    """Return a created day's observations: that many looks, over 36 hours, at each of its ids."""
    begin = START + day * DAY_SECONDS
    numbers = np.arange(day * ids, (day + 1) * ids)
    created = begin + np.arange(ids) * DAY_SECONDS // ids
    after = [900 + look * 36 * 3600 // looks for look in range(looks)]
    return [comments(numbers, created, created + each) for each in after]


def _instants(seconds: ArrayLike) -> pa.Array:
    return pa.array(np.asarray(seconds) * 1_000_000).cast(pa.timestamp("us", "UTC"))
