"""Chores: what the lake job does besides taking in what landed, each when it is due.

A chore may need several runs: it stops when its time is up and goes on in the next. When each is
due next is kept in the state table, so that it is known to whatever process runs next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsb_lake.errors import LockLostError
from wsb_lake.events import LakeChoreDone, LakeChoreFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyiceberg.table import Table

    from clock import Clock
    from telemetry import Log
    from wsb_lake.aws import Aws, Client
    from wsb_lake.settings import JobSettings

HOUR_SECONDS = 3600
# Half of a quarter of an hour: a run that begins a little early does not leave a chore to the next.
EARLY_SECONDS = 450


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a chore works with. The lock is held; `renew` keeps it, and raises when it is lost.

    `began_at`: when the run did, on the lake's clock; `s3_now`: when on that of S3,
    by which alone the age of a table's file is judged. `time_left` says whether to begin another
    step, of which none takes longer than a minute or so; `renew` is to be called more often than
    the lock's time to live within a step.
    """

    settings: JobSettings
    aws: Aws
    clock: Clock
    log: Log
    tables: Mapping[str, Table]
    began_at: float
    s3_now: float
    renew: Callable[[], None]
    time_left: Callable[[], bool]


@dataclass(frozen=True)
class Chore:
    """Something to do every so often, on the lake's clock.

    `run` returns what it did, in numbers, for the log; and whether it came to its end. Killed
    anywhere and begun again, it must come to the same.
    """

    name: str
    interval_seconds: float
    run: Callable[[Work], tuple[Mapping[str, int], bool]]


def do_chores(work: Work, chores: Sequence[Chore]) -> None:
    """Do what is due, in this order, while time is left; raises the first error at the end.

    One that fails is due again in the next run, and does not keep the others from theirs.
    """
    diary = Diary(work.aws.dynamodb, work.settings.state_table)
    first_error: Exception | None = None
    for chore in chores:
        if not work.time_left():
            break
        if not _is_due(chore, diary.due_at(chore.name), work.began_at):
            continue
        try:
            _do(work, chore, diary)
        except LockLostError:
            raise  # another run is at work
        except Exception as error:  # noqa: BLE001 - it is raised again when the others had theirs
            work.log.emit(LakeChoreFailed(chore=chore.name, reason=type(error).__name__))
            first_error = first_error or error
    if first_error:
        raise first_error


def _is_due(chore: Chore, due_at: float, now: float) -> bool:
    """Return whether it is; also when a clock that was ahead once has put it off too far."""
    return now >= due_at - EARLY_SECONDS or due_at > now + chore.interval_seconds


def _do(work: Work, chore: Chore, diary: Diary) -> None:
    work.renew()
    started = time.monotonic()
    counts, complete = chore.run(work)
    if complete:
        # From the run's start: however long what came before it took, the next is not later.
        diary.put(chore.name, work.began_at + chore.interval_seconds)
    seconds = round(time.monotonic() - started, 3)
    work.log.emit(
        LakeChoreDone(chore=chore.name, complete=complete, counts=counts, seconds=seconds)
    )


class Diary:
    """When each chore is due next: an item a chore in the state table."""

    def __init__(self, dynamodb: Client, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def due_at(self, chore: str) -> float:
        """Return seconds since 1970; 0 for one that never came to its end."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=_key(chore), ConsistentRead=True
        )
        return float(answer["Item"]["due_at"]["N"]) if "Item" in answer else 0.0

    def put(self, chore: str, due_at: float) -> None:
        """Remember when the chore is due next."""
        item = {**_key(chore), "due_at": {"N": f"{due_at:.3f}"}}
        self._dynamodb.put_item(TableName=self._table, Item=item)


def _key(chore: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "chore"}, "sk": {"S": chore}}
