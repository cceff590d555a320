"""The lake's ledger holds every row as it was sent, as often as it is there."""

from datetime import UTC, datetime, timedelta

from sandbox.audit.lake_ledger import lake_ledger
from sandbox.audit.rows import Identity

T = datetime(2021, 1, 28, 14, 30, tzinfo=UTC)
LOOK = {
    "kind": "comment", "id": "t1_a", "observed_at": T, "created_at": T - timedelta(minutes=1),
    "score": 12, "score_hidden": False, "edited_at": None, "body": "hold",
    "landed_at": T + timedelta(minutes=15),
}  # fmt: skip
SENT = {
    "kind": "comment", "id": "t1_a", "observed_at": "2021-01-28T14:30:00.000Z",
    "created_at": "2021-01-28T14:29:00.000Z", "score": 12, "score_hidden": False, "body": "hold",
}  # fmt: skip


def test_a_row_is_read_as_it_was_sent():
    """Instants as text, to the millisecond; what is null is left out, and so is `landed_at`."""
    post = {"kind": "post", "id": "t3_p", "observed_at": T + timedelta(milliseconds=7)}
    post["landed_at"] = post["observed_at"]
    gap = {"kind": "gap", "id": "gap_1", "observed_at": T, "landed_at": T, "status": "open"}
    ledger = lake_ledger([dict(LOOK), post, gap])
    assert ledger.rows == (
        SENT,
        {"kind": "post", "id": "t3_p", "observed_at": "2021-01-28T14:30:00.007Z"},
        {"kind": "gap", "id": "gap_1", "observed_at": SENT["observed_at"], "status": "open"},
    )
    assert ledger.landed_early == ()


def test_a_duplicate_row_is_there_twice():
    """Nothing is taken together here."""
    later = LOOK | {"landed_at": T + timedelta(hours=1)}
    found = lake_ledger([later, dict(LOOK)])
    assert found.rows == (SENT, SENT)
    assert found.landed_at == {Identity("t1_a", SENT["observed_at"]): T.timestamp() + 900}


def test_what_landed_before_it_was_made_is_told():
    """As what has no landing time at all."""
    early = LOOK | {"landed_at": T - timedelta(milliseconds=1)}
    never = LOOK | {"id": "t1_b", "landed_at": None}
    made = SENT["observed_at"]
    found = lake_ledger([early, never]).landed_early
    assert found == (Identity("t1_a", made), Identity("t1_b", made))
