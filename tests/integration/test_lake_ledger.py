"""The ledger on moto: what is forgotten does not come back, and a later look does."""

import hashlib

import pytest
from pyiceberg.table import DataScan

from contract import format_instant
from tests.support.lake_world import START, parsed
from tests.support.looks import STATES, live, looks, tombstone
from wsb_lake.forgetting.ledger import Ledger, id_sha256
from wsb_lake.tables.catalog import LakeCatalog

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration


def test_a_tombstone_is_entered_without_anything_personal(lake):
    """Its hash, kind, state and times: what a later day proves from."""
    lake.clock.time = START + 5000.1239
    lake.land(tombstone("t1_a", 4000, "removed", created=100.0), live("t1_b", 4000))
    lake.land(tombstone("t3_a", 4100, "absent"))
    lake.job().run()
    entered = {row["kind"]: row for row in lake.rows("tombstones")}
    times = {
        name: format_instant(entered["comment"][name].timestamp())
        for name in ("created_at", "observed_at", "landed_at")
    }
    assert times == {
        "created_at": "2021-01-01T00:01:40.000Z",
        "observed_at": "2021-01-01T01:06:40.000Z",
        "landed_at": "2021-01-01T01:23:20.123Z",
    }
    assert {name: entered["comment"][name] for name in ("id_sha256", "state", "purged_at")} == {
        "id_sha256": hashlib.sha256(b"t1_a").hexdigest(),
        "state": "removed",
        "purged_at": None,
    }
    assert entered["post"]["id_sha256"] == hashlib.sha256(b"t3_a").hexdigest()
    assert entered["post"]["state"] == "absent"
    assert len(lake.rows("tombstones")) == 2


def test_no_earlier_look_enters_after_its_tombstone(lake):
    """Late, replayed, out of order, in the same batch or in another: the same rows result."""
    things = [(f"{kind}_{state}", state) for kind in ("t1", "t3") for state in STATES]
    for thing, state in things:
        lake.land(live(thing, 100), tombstone(thing, 200, state), live(thing, 150))
    lake.job().run()
    for thing, _ in things:
        lake.land(live(thing, 50), live(thing, 200, score=3), live(thing, 199))
    lake.land(live("t1_other", 10))
    lake.job().run()
    expected = [(thing, 200.0, state) for thing, state in things] + [("t1_other", 10.0, "live")]
    assert sorted(expected) == sorted(looks(lake) + looks(lake, "posts"))


def test_a_later_live_look_is_admitted(lake):
    """A moderator approves what was removed: from then on it is there, not before."""
    lake.land(tombstone("t1_a", 200, "removed"))
    lake.job().run()
    lake.land(live("t1_a", 200.001), live("t1_a", 100), live("t1_a", 500))
    lake.job().run()
    assert looks(lake) == [
        ("t1_a", 200.0, "removed"),
        ("t1_a", pytest.approx(200.001, abs=1e-6), "live"),
        ("t1_a", 500.0, "live"),
    ]


def test_of_two_tombstones_the_later_counts(lake):
    """Removed, approved, deleted: nothing up to the deletion comes any more."""
    lake.land(tombstone("t1_a", 300, "deleted"))
    lake.job().run()
    lake.land(tombstone("t1_a", 100, "removed"))
    lake.job().run()
    lake.land(live("t1_a", 200), live("t1_a", 50), live("t1_a", 301))
    lake.job().run()
    assert looks(lake) == [
        ("t1_a", 100.0, "removed"),
        ("t1_a", 300.0, "deleted"),
        ("t1_a", 301.0, "live"),
    ]


def test_a_replayed_tombstone_is_entered_once(lake):
    for _ in range(3):
        lake.land(tombstone("t1_a", 200), tombstone("t1_a", 200))
        lake.job().run()
    lake.land(tombstone("t1_a", 300))
    lake.job().run()
    assert [row["id_sha256"] for row in lake.rows("tombstones")] == [id_sha256("t1_a")] * 2


def test_a_tombstone_is_entered_before_its_rows_are_committed(lake, monkeypatch):
    """A run that dies in between has promised to forget, and not the other way round."""
    order = []
    commit = LakeCatalog.commit_table

    def noted(catalog, table, requirements, updates):
        order.append(table.name()[-1])
        return commit(catalog, table, requirements, updates)

    job = lake.job()
    job.run()
    monkeypatch.setattr(LakeCatalog, "commit_table", noted)
    lake.land(live("t1_a", 100), tombstone("t1_b", 100))
    job.run()
    assert order[:2] == ["tombstones", "comments"]


def test_the_log_never_names_a_thing(lake):
    lake.land(live("t1_secret", 100), tombstone("t1_secret", 200))
    lake.job().run()
    assert "lake_run_done" in lake.logged.getvalue()
    assert "t1_secret" not in lake.logged.getvalue()


def test_entering_reads_the_ledger_a_piece_at_a_time(lake, monkeypatch):
    """However much lies between a batch's first and last tombstone: only its own are in memory."""
    lake.land(*(tombstone(f"t1_{n}", 100 + n, "deleted") for n in range(50)))
    lake.job().run()
    ledger = Ledger(lake.job().tables["tombstones"], lake.clock)
    monkeypatch.setattr(DataScan, "to_arrow", _whole)
    again = [tombstone("t1_0", 100, "deleted"), tombstone("t1_49", 149, "deleted")]
    rows = parsed(*again, tombstone("t1_7", 120, "deleted"), tombstone("t1_new", 130, "deleted"))
    assert ledger.enter([rows["comments"]], lambda: None) == 2
    monkeypatch.undo()
    found = {(row["id_sha256"], row["observed_at"].timestamp()) for row in lake.rows("tombstones")}
    assert len(lake.rows("tombstones")) == 52
    assert (id_sha256("t1_7"), START + 120) in found
    assert (id_sha256("t1_new"), START + 130) in found


def _whole(_scan):
    raise AssertionError("the whole of it is read at once")
