"""Ledger: which things are forgotten, since when, and when the last byte was gone.

It is the Iceberg table `tombstones`: a row for each tombstone that ever landed, nothing else. Why
a table and not items in DynamoDB: a run asks for *all* tombstones since the oldest look it takes
in, which in a table partitioned by the day of the tombstone is one small file, and as items would
be a question for each id; and whoever must prove what was forgotten when can ask it in SQL.

A thing is named by the SHA-256 of its fullname. That protects no secret: fullnames are numbers
that anybody can count through, and the tombstone's own row in `comments` or `posts` holds it as it
is. It lets the ledger be handed out as evidence without being a list of links to what people
deleted, and whoever asks after one comment can look it up.

The rule needs no order of arrival and no state: a live look at or before *any* tombstone of its
thing is not admitted, a later one is. So a moderator's approval brings the thing back with what it
shows from then on, and everything before its removal stays away.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import And, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from wsb_lake.job.append import append_chosen
from wsb_lake.job.parsing import TIMESTAMP, arrow_schema
from wsb_lake.tables.specs import TOMBSTONES_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyiceberg.table import Table

    from clock import Clock

LIVE = "live"
KEY = ("id_sha256", "observed_at")
_ENTERED = ("id_sha256", "kind", "state", "created_at", "observed_at")
_DAY = dt.timedelta(days=1)


class Ledger:
    """The tombstones table, as the job and the purge use it."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self.table = table
        self._clock = clock

    def enter(self, observations: Iterable[pa.Table], before_commit: Callable[[], None]) -> int:
        """Commit the tombstones among these observations that are new; returns how many.

        It comes before the commit of the observations themselves: a run that dies in between has
        only promised too early to forget.
        """
        parts = [_tombstones_of(rows) for rows in observations if "state" in rows.column_names]
        rows = pa.concat_tables([_NONE, *parts]).group_by(list(_ENTERED)).aggregate([])
        rows = rows.select(_ENTERED).sort_by([(key, "ascending") for key in KEY])
        if not len(rows):
            return 0
        return append_chosen(self.table, lambda: self._unknown(rows), self._clock, before_commit)

    def admitted(self, rows: pa.Table) -> pa.Table:
        """Return the rows that may enter the lake, in their order: the ledger as it is now."""
        if "state" not in rows.column_names:  # gaps
            return rows
        live = rows.filter(pc.equal(rows["state"], LIVE))
        if not len(live):
            return rows
        hashes = _hashes_by_id(live["id"])
        forgotten = self._forgotten_since(pc.min(live["observed_at"]), set(hashes.values()))
        until = {thing: forgotten[key] for thing, key in hashes.items() if key in forgotten}
        if not until:
            return rows
        return rows.filter(pc.invert(doomed(rows, until)))

    def pending(self) -> pa.Table:
        """Return the tombstones whose rows may still be somewhere, oldest entry first.

        150 bytes each: those of six hours, or of however long no purge came to its end.
        """
        self.table.refresh()
        found = self.table.scan(row_filter=IsNull("purged_at")).to_arrow()
        return found.sort_by([("landed_at", "ascending")])

    def mark_purged(self, purged: pa.Table, before_commit: Callable[[], None]) -> None:
        """Say of these pending tombstones that all before them is physically gone, as of now.

        A day's rows become one file of it: the ledger needs no other compaction.
        """
        now = _now(self._clock)
        keys = purged.select(KEY)
        days = pc.unique(pc.floor_temporal(keys["observed_at"], unit="day")).to_pylist()
        for day in sorted(days):
            self.table.refresh()
            of_day = And(
                GreaterThanOrEqual("observed_at", day.isoformat()),
                LessThan("observed_at", (day + _DAY).isoformat()),
            )
            held = self.table.scan(row_filter=of_day).to_arrow()
            numbered = held.append_column("row", pa.array(range(len(held)), pa.int64()))
            chosen = numbered.join(
                keys.cast(_schema_of(held, KEY)), list(KEY), join_type="left semi"
            )["row"]
            mask = pc.and_(
                pc.is_in(numbered["row"], value_set=chosen.combine_chunks()),
                pc.is_null(held["purged_at"]),
            )
            place = held.column_names.index("purged_at")
            marked = held.set_column(
                place, "purged_at", pc.if_else(mask, now, held["purged_at"].cast(TIMESTAMP))
            )
            before_commit()
            self.table.overwrite(marked.sort_by([(key, "ascending") for key in KEY]), of_day)

    def _unknown(self, rows: pa.Table) -> pa.Table:
        span = pc.min_max(rows["observed_at"]).as_py()
        near = And(
            GreaterThanOrEqual("observed_at", span["min"].isoformat()),
            LessThanOrEqual("observed_at", span["max"].isoformat()),
        )
        known = self.table.scan(row_filter=near, selected_fields=KEY).to_arrow()
        left = rows.join(known.cast(_schema_of(rows, KEY)), list(KEY), join_type="left anti")
        left = left.select(_ENTERED).sort_by([(key, "ascending") for key in KEY])
        nothing = pa.nulls(len(left), TIMESTAMP)
        return left.append_column("purged_at", nothing)

    def _forgotten_since(self, oldest: pa.Scalar, hashes: set[str]) -> Mapping[str, dt.datetime]:
        """Return the newest tombstone's time by id hash, of those at or after `oldest`."""
        self.table.refresh()
        scan = self.table.scan(
            row_filter=GreaterThanOrEqual("observed_at", oldest.as_py().isoformat()),
            selected_fields=KEY,
        )
        wanted = pa.array(sorted(hashes), pa.string())
        found: dict[str, dt.datetime] = {}
        for batch in scan.to_arrow_batch_reader():
            keys = batch["id_sha256"].cast(pa.string())
            ours = batch.filter(pc.is_in(keys, value_set=wanted))
            for row in ours.to_pylist():
                known = found.get(row["id_sha256"])
                if known is None or known < row["observed_at"]:
                    found[row["id_sha256"]] = row["observed_at"]
        return found


def id_sha256(fullname: str) -> str:
    """Return what the ledger calls a thing: 64 hexadecimal digits."""
    return hashlib.sha256(fullname.encode()).hexdigest()


def doomed(rows: pa.Table, until: Mapping[str, dt.datetime]) -> pa.ChunkedArray:
    """Return for each row whether it is a live look at or before its id's tombstone."""
    ids = pa.array(list(until), pa.string())
    ends = pa.array(list(until.values()), TIMESTAMP)
    ends_of_rows = pc.take(ends, pc.index_in(rows["id"].cast(pa.string()), value_set=ids))
    late = pc.less_equal(rows["observed_at"].cast(TIMESTAMP), ends_of_rows)
    return pc.fill_null(pc.and_(pc.equal(rows["state"], LIVE), late), fill_value=False)


_NONE = arrow_schema([field for field in TOMBSTONES_FIELDS if field.name in _ENTERED]).empty_table()


def _tombstones_of(rows: pa.Table) -> pa.Table:
    dead = rows.filter(pc.not_equal(rows["state"], LIVE))
    hashes = _hashes_by_id(dead["id"])
    keys = pa.array([hashes[thing] for thing in dead["id"].to_pylist()], pa.string())
    return dead.append_column("id_sha256", keys).select(_ENTERED).cast(_NONE.schema)


def _hashes_by_id(ids: pa.ChunkedArray) -> dict[str, str]:
    return {thing: id_sha256(thing) for thing in pc.unique(ids).to_pylist()}


def _now(clock: Clock) -> pa.Scalar:
    return pa.scalar(math.floor(clock.now() * 1000) * 1000, pa.int64()).cast(TIMESTAMP)


def _schema_of(rows: pa.Table, names: Iterable[str]) -> pa.Schema:
    return pa.schema([rows.schema.field(name) for name in names])
