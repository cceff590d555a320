"""Waits: tells what has waited for longer than docs/forgetting.md allows it.

Told before a run does anything else: a run that dies in the middle says nothing afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wsb_lake.chores import HOUR_SECONDS
from wsb_lake.events import ForgettingWaits, LandingWaits
from wsb_lake.forgetting.ledger import Ledger
from wsb_lake.settings import LANDING_PREFIX
from wsb_lake.tables.specs import TOMBSTONES_TABLE

if TYPE_CHECKING:
    from wsb_lake.chores import Work
    from wsb_lake.tables.file_io import LakeFileIO

LANDING_WAITS_SECONDS = HOUR_SECONDS
# A purge every 6 hours, which may wait 2 for a killed writer's files, and an hour to spare.
FORGETTING_WAITS_SECONDS = 9 * HOUR_SECONDS


def tell_what_waits(work: Work) -> None:
    """Emit `landing_waits` and `forgetting_waits` if anything waits for too long."""
    table = work.tables[TOMBSTONES_TABLE]
    now = work.clock.now()
    landing = f"s3://{work.settings.bucket}/{LANDING_PREFIX}"
    landed = [now - file.modified_at for file in cast("LakeFileIO", table.io).listed(landing)]
    waiting = [age for age in landed if age >= LANDING_WAITS_SECONDS]
    if waiting:
        work.log.emit(LandingWaits(objects=len(waiting), oldest_hours=_hours(max(waiting))))
    entered = Ledger(table, work.clock).pending()["landed_at"]
    ages = [now - entry.timestamp() for entry in entered.to_pylist()]
    late = [age for age in ages if age >= FORGETTING_WAITS_SECONDS]
    if late:
        work.log.emit(ForgettingWaits(tombstones=len(late), oldest_hours=_hours(max(late))))


def _hours(seconds: float) -> float:
    return round(seconds / HOUR_SECONDS, 1)
