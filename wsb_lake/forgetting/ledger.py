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
from pyiceberg.expressions.parser import parse

from wsb_lake.tables.commit import committed, one_attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyiceberg.table import Table

    from clock import Clock

LIVE = "live"
KEY = ("id_sha256", "observed_at")
_TIME = pa.timestamp("us", tz="UTC")
_ENTERED = pa.schema(
    [
        ("id_sha256", pa.string()),
        ("kind", pa.string()),
        ("state", pa.string()),
        ("created_at", _TIME),
        ("observed_at", _TIME),
    ]
)
_ORDER = [(key, "ascending") for key in KEY]
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
        rows = pa.concat_tables([_ENTERED.empty_table(), *parts])
        rows = rows.group_by(_ENTERED.names).aggregate([]).select(_ENTERED.names)
        if not len(rows):
            return 0

        def attempt() -> int:
            self.table.refresh()
            new = self._unknown(rows)
            if len(new):
                before_commit()
                with one_attempt(self.table) as transaction:
                    transaction.append(self._stamped(new))
            return len(new)

        return committed(attempt)

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
        found = self.table.scan(row_filter=parse("purged_at IS NULL")).to_arrow()
        return found.sort_by([("landed_at", "ascending")])

    def mark_purged(self, purged: pa.Table, before_commit: Callable[[], None]) -> None:
        """Say of these pending tombstones that all before them is physically gone, as of now.

        A day's rows become one file of it: the ledger needs no other compaction.
        """
        days = pc.unique(pc.floor_temporal(purged["observed_at"], unit="day")).to_pylist()
        for day in sorted(days):
            self.table.refresh()
            end = day + _DAY
            of_day = f"observed_at >= '{day.isoformat()}' AND observed_at < '{end.isoformat()}'"
            held = self.table.scan(row_filter=of_day).to_arrow()
            open_rows = held.filter(pc.is_null(held["purged_at"]))
            marked = _joined(open_rows, purged, "left semi").drop_columns(["purged_at"])
            marked = marked.append_column("purged_at", pa.repeat(_now(self._clock), len(marked)))
            others = _joined(held, marked, "left anti")
            rows = [part.select(held.column_names).cast(held.schema) for part in (marked, others)]
            before_commit()
            self.table.overwrite(pa.concat_tables(rows).sort_by(_ORDER), of_day)

    def _unknown(self, rows: pa.Table) -> pa.Table:
        span = pc.min_max(rows["observed_at"]).as_py()
        low, high = span["min"].isoformat(), span["max"].isoformat()
        near = f"observed_at >= '{low}' AND observed_at <= '{high}'"
        known = self._held(near, rows["id_sha256"].combine_chunks())
        keys = rows.schema.empty_table().select(KEY)
        known_keys = pa.concat_tables([keys, *(part.cast(keys.schema) for part in known)])
        return _joined(rows, known_keys, "left anti").sort_by(_ORDER)

    def _held(self, row_filter: str, hashes: pa.Array) -> Iterator[pa.Table]:
        """Yield the keys of the entries of these things, a piece of a file at a time."""
        scan = self.table.scan(row_filter=parse(row_filter), selected_fields=KEY)
        for batch in scan.to_arrow_batch_reader():
            keys = batch["id_sha256"].cast(pa.string())
            yield pa.Table.from_batches([batch]).filter(pc.is_in(keys, value_set=hashes))

    def _stamped(self, rows: pa.Table) -> pa.Table:
        """Return the entries with `landed_at` = now; none of them purged."""
        landed = rows.append_column("landed_at", pa.repeat(_now(self._clock), len(rows)))
        stamped = landed.append_column("purged_at", pa.nulls(len(rows), _TIME))
        required = {field.name for field in self.table.schema().fields if field.required}
        return stamped.cast(
            pa.schema([field.with_nullable(field.name not in required) for field in stamped.schema])
        )

    def _forgotten_since(self, oldest: pa.Scalar, hashes: set[str]) -> Mapping[str, dt.datetime]:
        """Return the newest tombstone's time by id hash, of those at or after `oldest`."""
        self.table.refresh()
        since = f"observed_at >= '{oldest.as_py().isoformat()}'"
        found: dict[str, dt.datetime] = {}
        for ours in self._held(since, pa.array(sorted(hashes), pa.string())):
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
    ends = pa.array(list(until.values()), _TIME)
    ends_of_rows = pc.take(ends, pc.index_in(rows["id"].cast(pa.string()), value_set=ids))
    late = pc.less_equal(rows["observed_at"].cast(_TIME), ends_of_rows)
    return pc.fill_null(pc.and_(pc.equal(rows["state"], LIVE), late), fill_value=False)


def _tombstones_of(rows: pa.Table) -> pa.Table:
    dead = rows.filter(pc.not_equal(rows["state"], LIVE))
    hashes = _hashes_by_id(dead["id"])
    keys = pa.array([hashes[thing] for thing in dead["id"].to_pylist()], pa.string())
    return dead.append_column("id_sha256", keys).select(_ENTERED.names).cast(_ENTERED)


def _hashes_by_id(ids: pa.ChunkedArray) -> dict[str, str]:
    return {thing: id_sha256(thing) for thing in pc.unique(ids).to_pylist()}


def _now(clock: Clock) -> pa.Scalar:
    return pa.scalar(math.floor(clock.now() * 1000) * 1000, pa.int64()).cast(_TIME)


def _joined(rows: pa.Table, others: pa.Table, kind: str) -> pa.Table:
    """Return the rows of which the others have the key ("left semi"), or have not."""
    keys = others.select(KEY).cast(pa.schema([rows.schema.field(name) for name in KEY]))
    return rows.join(keys, list(KEY), join_type=kind).select(rows.column_names)
