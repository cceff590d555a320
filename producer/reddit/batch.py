"""Batch: the readable things of one answer, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from producer.reddit.question import Answer
from producer.reddit.thing import MalformedThingError, Thing, thing_of
from producer.reddit.tombstones import ABSENT, DELETED, LIVE, REMOVED

UNKNOWN = -(2**31)  # a score that is hidden or missing
STATE_NAMES = (LIVE, DELETED, REMOVED, ABSENT)  # a state's place is its number in a column
LIVE_CODE, DELETED_CODE, REMOVED_CODE, ABSENT_CODE = range(len(STATE_NAMES))
STATE_NUMBERS = {name: number for number, name in enumerate(STATE_NAMES)}


class Malformed(NamedTuple):
    """An item that cannot become an observation for want of `field`; its `id`, else "" ."""

    id: str
    field: str
    raw: object


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """n things in the answer's order, none twice; every column has n rows.

    `created_at` and `edited_at` (0: never) are float64 seconds since 1970, `scores` int32 with
    UNKNOWN, `states` uint8 places in STATE_NAMES, `text_crcs` uint32. `post_ids` and `parent_ids`
    are None for posts. `things` is empty where no records are made of them.
    """

    ids: list[str]
    created_at: npt.NDArray[np.float64]
    scores: npt.NDArray[np.int32]
    states: npt.NDArray[np.uint8]
    text_crcs: npt.NDArray[np.uint32]
    edited_at: npt.NDArray[np.float64]
    post_ids: Sequence[str | None]
    parent_ids: Sequence[str | None]
    things: Sequence[Thing] = ()

    def __len__(self) -> int:
        return len(self.ids)


def read(answer: Answer) -> tuple[Batch, list[Malformed]]:
    """Return what can be read of an answer, and what cannot; never raises for what Reddit sends."""
    if isinstance(answer.items, Batch):
        return answer.items, []
    things: dict[str, Thing] = {}
    malformed: list[Malformed] = []
    for item in answer.items:
        try:
            thing = thing_of(item)
        except MalformedThingError as error:
            malformed.append(Malformed(_id_in(item), str(error), item))
        else:
            things.setdefault(thing.id, thing)
    return batch_of(list(things.values())), malformed


def batch_of(things: Sequence[Thing]) -> Batch:
    """Return things as columns."""
    n = len(things)
    scores = (UNKNOWN if each.score is None else each.score for each in things)
    return Batch(
        ids=[each.id for each in things],
        created_at=np.fromiter((each.created_at for each in things), np.float64, n),
        scores=np.fromiter(scores, np.int32, n),
        states=np.fromiter((STATE_NUMBERS[each.state] for each in things), np.uint8, n),
        text_crcs=np.fromiter((each.text_crc for each in things), np.uint32, n),
        edited_at=np.fromiter((each.edited_at or 0.0 for each in things), np.float64, n),
        post_ids=[each.post_id for each in things],
        parent_ids=[each.parent_id for each in things],
        things=things,
    )


def _id_in(item: Any) -> str:  # noqa: ANN401 - whatever Reddit sent
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""
