"""Cohort: up to 100 rows that a checkpoint keeps as one item, and how its item reads.

The content of an item is its columns, each number's bytes side by side with the same bytes of the
others: so they compress three times as well as row by row. It costs four write units of DynamoDB.
"""

import json
import zlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from producer.looks.crossing import Integers
from producer.looks.table import ROW, Slots, Table
from producer.reddit.limits import INFO_IDS

COHORT_ROWS = INFO_IDS
COMPRESSION = 1
KEPT = (
    *("created_at", "looked_at", "edited_at", "missed_at"),
    *("score", "peak", "emitted", "text_crc", "state"),
)
HEAD_BYTES = 4  # how long the JSON before the columns is


@dataclass(slots=True)
class Cohort:
    """Slots dealt here; a row is still here while its `home` is this number.

    `stage` is how many fixed ages its rows had behind them: they leave it together. `saved`: the
    state table may hold its item. `dirty`: the item is not what a restart needs. `cut`: the item
    holds rows that have left since.
    """

    number: int
    name: str
    stage: int
    slots: NDArray[np.int32] = field(default_factory=lambda: np.empty(COHORT_ROWS, np.int32))
    dealt: int = 0
    living: int = 0
    saved: bool = False
    dirty: bool = False
    cut: bool = False


class SavedRows(NamedTuple):
    """The rows of one item: `columns` are those of the table named in KEPT."""

    revision: int
    ids: list[str]
    posts: list[str | None]
    parents: list[str | None]
    columns: dict[str, NDArray[Any]]

    def some(self, places: Integers) -> Self:
        """Return some of the rows."""
        at = places.tolist()
        return self._replace(
            ids=[self.ids[place] for place in at],
            posts=[self.posts[place] for place in at],
            parents=[self.parents[place] for place in at],
            columns={name: values[places] for name, values in self.columns.items()},
        )


def encode(table: Table, slots: Slots, revision: int) -> bytes:
    """Return the content of an item; `revision` tells which of two items was written later."""
    places = slots.tolist()
    posts = [table.posts[slot] for slot in places]
    shared = list(dict.fromkeys(posts))
    head = json.dumps(
        {
            "revision": revision,
            "ids": [table.ids[slot] for slot in places],
            "posts": shared,
            "post": list(map({post: at for at, post in enumerate(shared)}.__getitem__, posts)),
            "parents": [table.parents[slot] for slot in places],
        },
        separators=(",", ":"),
    ).encode()
    rows = table.read(slots)
    columns = b"".join(_shuffled(rows[name]) for name in KEPT)
    return zlib.compress(len(head).to_bytes(HEAD_BYTES) + head + columns, COMPRESSION)


def decode(content: bytes) -> SavedRows:
    """Return what `encode` was given."""
    raw = zlib.decompress(content)
    start = HEAD_BYTES + int.from_bytes(raw[:HEAD_BYTES])
    head = json.loads(raw[HEAD_BYTES:start])
    columns = {}
    for name in KEPT:
        kind = ROW[name]
        stop = start + kind.itemsize * len(head["ids"])
        columns[name] = _unshuffled(raw[start:stop], kind)
        start = stop
    return SavedRows(
        head["revision"],
        head["ids"],
        [head["posts"][at] for at in head["post"]],
        head["parents"],
        columns,
    )


def _shuffled(column: NDArray[np.generic]) -> bytes:
    width = column.dtype.itemsize
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), width).T.tobytes()


def _unshuffled(raw: bytes, kind: np.dtype[np.generic]) -> NDArray[np.generic]:
    planes = np.frombuffer(raw, np.uint8).reshape(kind.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(kind).ravel()
