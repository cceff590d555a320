"""Cohort: up to 100 rows that a checkpoint keeps as one item, and how its item reads.

The content of an item is its columns, each number's bytes side by side with the same bytes of the
others: so they compress three times as well as row by row. It costs four write units of DynamoDB.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from producer.looks.table import ROW, Slots, Table
from producer.reddit.limits import INFO_IDS

COHORT_ROWS = INFO_IDS
FORMAT = 2
COMPRESSION = 1
KEPT = ("created_at", "score", "peak", "emitted", "looked_at", "text_crc", "edited_at", "missed_at", "state")
HEAD_BYTES = 4  # how long the JSON before the columns is


@dataclass(slots=True)
class Cohort:
    """Slots dealt here; a row is still here while its `home` is this number.

    `stage` is how many fixed ages its rows had behind them: they leave it together. `saved`: the
    state table may hold its item. `dirty`: the item is not what a restart needs.
    """

    number: int
    stage: int
    slots: NDArray[np.int32] = field(default_factory=lambda: np.empty(COHORT_ROWS, np.int32))
    dealt: int = 0
    living: int = 0
    saved: bool = False
    dirty: bool = True


class Rows(NamedTuple):
    """The rows of one item: `columns` are those of the table named in KEPT."""

    revision: int
    ids: list[str]
    posts: list[str | None]
    parents: list[str | None]
    columns: dict[str, NDArray[np.generic]]


class CohortFormatError(ValueError):
    """An item that this version cannot read."""


def encode(table: Table, slots: Slots, revision: int) -> bytes:
    """Return the content of an item; `revision` tells which of two items with one id is right."""
    places = slots.tolist()
    posts = [table.posts[slot] for slot in places]
    shared = list(dict.fromkeys(posts))
    head = json.dumps(
        {
            "format": FORMAT,
            "revision": revision,
            "ids": [table.ids[slot] for slot in places],
            "posts": shared,
            "post": list(map({post: at for at, post in enumerate(shared)}.__getitem__, posts)),
            "parents": [table.parents[slot] for slot in places],
        },
        separators=(",", ":"),
    ).encode()
    rows = table.rows[slots]
    columns = b"".join(_shuffled(rows[name]) for name in KEPT)
    return zlib.compress(len(head).to_bytes(HEAD_BYTES) + head + columns, COMPRESSION)


def decode(content: bytes) -> Rows:
    """Return what `encode` was given; raises CohortFormatError."""
    try:
        raw = zlib.decompress(content)
        start = HEAD_BYTES + int.from_bytes(raw[:HEAD_BYTES])
        head = json.loads(raw[HEAD_BYTES:start])
        if head["format"] != FORMAT:
            raise CohortFormatError(f"a cohort of format {head['format']}, not {FORMAT}")
        columns = {}
        for name in KEPT:
            kind = ROW[name]
            stop = start + kind.itemsize * len(head["ids"])
            columns[name] = _unshuffled(raw[start:stop], kind)
            start = stop
    except (zlib.error, KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CohortFormatError(f"no cohort: {error}") from error
    posts: Sequence[str | None] = head["posts"]
    return Rows(
        head["revision"],
        head["ids"],
        [posts[at] for at in head["post"]],
        head["parents"],
        columns,
    )


def _shuffled(column: NDArray[np.generic]) -> bytes:
    width = column.dtype.itemsize
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), width).T.tobytes()


def _unshuffled(raw: bytes, kind: np.dtype[np.generic]) -> NDArray[np.generic]:
    planes = np.frombuffer(raw, np.uint8).reshape(kind.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(kind).ravel()
