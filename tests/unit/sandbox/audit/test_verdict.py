"""The audit names every kind of loss and every field that is wrong, and only real ones."""

import json
from dataclasses import replace

import pytest

from contract import SCHEMA, format_instant
from sandbox.audit.ledgers import LakeLedger, RedditLedger
from sandbox.audit.rows import Identity, without_nulls
from sandbox.audit.stream_ledger import stream_ledger
from sandbox.audit.verdict import Finding, audit
from tests.support.audit_answers import START, answered

MOMENTS = (60.0, 900.0, 2700.0)
THINGS = {
    "t1_high": answered("t1_high", MOMENTS, scores=(1, 14, 12)),
    "t1_low": answered("t1_low", MOMENTS, scores=(1, 4, 3)),
    "t1_gone": answered("t1_gone", MOMENTS, scores=(1, 2, 2), gone_from=2),
    "t3_post": answered("t3_post", MOMENTS, scores=(1, 9, 11)),
}
KEPT = ("t1_high", "t1_gone", "t3_post")


def rows(things=THINGS):
    """Return what a perfect producer sends: an observation of each answer, 0.1 s after it."""
    return [
        thing.observation(place) | {"observed_at": format_instant(moment + 0.1)}
        for thing in things.values()
        for place, moment in enumerate(thing.moments)
    ]


def passed(sent):
    return [r for r in sent if r["kind"] == "post" or r["state"] != "live" or r["peak_score"] >= 10]


def reddit(things=THINGS, **changes):
    ledger = {
        "served": things,
        "unasked": (),
        "reached": ("t1_high",),
        "answered": things,
        "kept_expected": ("t1_high",),
        "gone": ("t1_gone",),
    } | changes
    return RedditLedger(**{n: v if n == "answered" else frozenset(v) for n, v in ledger.items()})


def judged(sent=None, landed=None, ledger=None, early=()):
    """Audit what was sent and what landed, by default all that had to."""
    sent = rows() if sent is None else sent
    stream = stream_ledger((json.dumps(row).encode() for row in sent), 10)
    lake = LakeLedger(tuple(passed(rows()) if landed is None else landed), tuple(early))
    return audit(ledger or reddit(), stream, lake, 10)


def changed(name, place, **changes):
    """Change one observation of a thing in what is sent."""
    sent = rows()
    hit = [row for row in sent if row["id"] == name][place]
    return [without_nulls(row | changes) if row is hit else row for row in sent]


def test_a_run_in_order_has_no_findings():
    """Everything served was read, acknowledged, kept where it had to be, once."""
    found = judged()
    assert (found.findings, found.problems) == ({}, ())
    assert (found.served, found.read, found.acknowledged) == (4, 4, 4)
    assert (found.kept, found.kept_expected, found.recall_true) == (1, 1, 1.0)
    assert (found.missing, found.duplicates) == (0, 0)


@pytest.mark.parametrize(
    ("given", "findings"),
    [
        (
            {"ledger": reddit(served=[*THINGS, "t1_x", "t1_y"], unasked=["t1_x"])},
            {Finding.UNREAD: ("t1_y",), Finding.UNASKED: ("t1_x",)},
        ),
        (
            {"landed": [*passed(rows()), *passed(rows())[:1] * 2]},
            {Finding.DUPLICATE: ("t1_high", "t1_high")},
        ),
        (
            {"landed": [row for row in passed(rows()) if row["id"] != "t1_high"]},
            {Finding.NOT_IN_LAKE: ("t1_high", "t1_high"), Finding.NOT_KEPT: ("t1_high",)},
        ),
        (
            {"landed": [*passed(rows()), *(row for row in rows() if row["id"] == "t1_low")]},
            {Finding.UNEXPECTED: ("t1_low",) * 3, Finding.WRONGLY_KEPT: ("t1_low",)},
        ),
        (
            {"early": [Identity("t1_high", "then")]},
            {Finding.NOT_AS_SENT: ("landed_at of t1_high",)},
        ),
        (
            {"sent": [*rows(), rows()[0] | {"id": "t1_x"}, rows()[0] | {"observed_at": "soon"}]},
            {Finding.UNSHOWN: ("t1_high", "t1_x")},
        ),
    ],
)
def test_what_is_wrong_is_found_with_every_id(given, findings):
    """Rows are counted, not ids; tests/integration/test_audit.py has a fault of each kind."""
    found = judged(**given)
    assert found.findings == findings
    losses = (Finding.UNREAD, Finding.UNASKED, Finding.NOT_IN_LAKE)
    assert found.missing == sum(len(findings.get(loss, ())) for loss in losses)
    assert found.duplicates == len(findings.get(Finding.DUPLICATE, ()))


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("name", THINGS)
def test_every_field_is_held_against_the_answer(name, place):
    """And against what was sent, where it landed."""
    kind = {"t1": "comment", "t3": "post"}[name[:2]]
    sent = [row for row in rows() if row["id"] == name][place]
    for field in SCHEMA.of_kind(kind):
        if field.name in {"id", "kind", "observed_at"}:
            continue
        wrong = {"string": "x", "integer": 77, "number": 0.1, "boolean": "x", "timestamp": "then"}
        change = {field.name: wrong[field.type]}
        found = judged(changed(name, place, **change), passed(changed(name, place, **change)))
        assert found.findings[Finding.NOT_AS_ANSWERED] == (f"{field.name} of {name}",)
        if sent in passed(rows()):
            landed = passed(rows())
            landed[landed.index(sent)] = sent | change
            found = judged(landed=landed)
            assert found.findings[Finding.NOT_AS_SENT] == (f"{field.name} of {name}",)


@pytest.mark.parametrize(("name", "place"), [("t1_high", 1), ("t1_gone", 2), ("t3_post", 2)])
def test_news_that_were_answered_must_have_been_sent(name, place):
    """A first crossing or a deletion, though other observations of the thing are there."""
    sent = rows()
    del sent[[row["id"] for row in sent].index(name) + place]
    found = judged(sent, passed(sent))
    assert found.findings[Finding.UNTOLD] == (name,)
    assert found.missing >= 1


def test_a_thing_read_but_for_its_news_need_not_be_sent_again():
    """A look that shows nothing new is sent or not, as the schedule of looks has it."""
    sent = rows()
    del sent[2]
    assert judged(sent, passed(sent)).findings == {}


def test_a_dead_letter_for_what_could_be_read_is_a_loss():
    """Refused by the filter, it is no observation, whatever id it bears."""
    sent = [row for row in rows() if row["id"] != "t1_low"]
    letter = {"id": "t1_low", "malformed": {"field": "link_id"}}
    found = judged([*sent, letter], passed(sent))
    assert found.findings == {Finding.UNACKNOWLEDGED: ("t1_low",)}
    assert (found.acknowledged, found.missing) == (3, 1)


def test_the_lake_may_have_forgotten_what_was_live_at_or_before_a_tombstone():
    """It was found all the same; what came after, or is a tombstone, has to be there."""
    course = {"scores": (1, 14, 12, 12), "shown": (0, 0, 1, 0)}
    versions = [*THINGS["t1_high"].versions, THINGS["t1_high"].versions[0]]
    removed = ("removed", versions[1][1])
    back = answered("t1_high", (*MOMENTS, 3600.0), **course, versions=[versions[0], removed])
    things = THINGS | {"t1_high": back}
    ledger = reddit(things, gone=("t1_gone", "t1_high"))
    live, dead, again = (row for row in passed(rows(things)) if row["id"] == "t1_high")
    others = [row for row in passed(rows(things)) if row["id"] != "t1_high"]
    for landed in ([live, dead, again], [dead, again]):
        found = judged(rows(things), [*others, *landed], ledger)
        assert (found.findings, found.kept, found.kept_expected) == ({}, 1, 1)
    found = judged(rows(things), [*others, live, dead], ledger)
    assert found.findings == {Finding.NOT_IN_LAKE: ("t1_high",)}
    found = judged(rows(things), [*others, live, again], ledger)
    assert found.findings == {Finding.NOT_IN_LAKE: ("t1_high",), Finding.NO_TOMBSTONE: ("t1_high",)}


def test_what_was_found_and_forgotten_for_good_is_no_loss_and_was_found():
    """The tombstone came last, below the minimum: nothing more is expected to be kept."""
    gone = answered("t1_high", MOMENTS, scores=(1, 14, 9), gone_from=2)
    things = THINGS | {"t1_high": gone}
    ledger = reddit(things, gone=("t1_gone", "t1_high"))
    sent = rows(things)
    landed = [row for row in passed(sent) if row["id"] != "t1_high" or row["state"] != "live"]
    found = judged(sent, landed, ledger)
    assert (found.findings, found.kept, found.kept_expected) == ({}, 0, 0)
    assert found.recall_true == 1.0
    found = judged(sent, passed(sent), ledger)
    assert (found.findings, found.kept, found.kept_expected) == ({}, 1, 1)


def test_what_was_sent_twice_is_one_observation():
    """The stream delivers at least once, the lake holds it once."""
    assert judged([*rows(), *rows()[:5]]).findings == {}


def test_recall_counts_what_truly_reached_the_minimum():
    """A comment that reached it unseen lowers recall, but is nobody's loss."""
    found = judged(ledger=reddit(reached=("t1_high", "t1_low")))
    assert (found.recall_true, found.findings) == (0.5, {})
    assert judged(ledger=reddit(reached=())).recall_true is None


def test_a_live_run_claims_nothing_that_only_reddit_knows():
    """Not what was served, nor how much of it was read; lake and stream are still compared."""
    stream = stream_ledger((json.dumps(row).encode() for row in rows()), 10)
    found = audit(None, stream, LakeLedger(tuple(passed(rows())[1:])), 10)
    assert (found.served, found.read, found.kept_expected, found.recall_true) == (None,) * 4
    assert (found.acknowledged, found.kept) == (4, 1)
    assert found.findings == {Finding.NOT_IN_LAKE: ("t1_high",)}
    assert found.problems == ("1 qualified but not in the lake (e.g. t1_high)",)


def test_a_problem_gives_three_examples():
    """Each another one."""
    names = ["t1_d", "t1_c", "t1_b", "t1_a"]
    (problem,) = judged(ledger=reddit(served=[*THINGS, *names])).problems
    assert problem == "4 served by Reddit but never read (e.g. t1_a, t1_b, t1_c)"


GAP = {
    "kind": "gap", "id": "gap_1", "subreddit": "wallstreetbets", "listing": "comments",
    "created_at": format_instant(START + 900), "observed_at": format_instant(START + 900),
    "from_at": format_instant(START + 100), "to_at": format_instant(START + 200),
    "status": "open", "recovered": 0,
}  # fmt: skip
LATER = {"observed_at": format_instant(START + 1000)}


def with_gaps(*records, created=150.0, name="t1_x"):
    """Audit a run in which one more thing was served, and never read."""
    ledger = reddit(served=[*THINGS, name])
    ledger = replace(ledger, created_at={name: START + created})
    sent = [*rows(), *records]
    return judged(sent, [*passed(rows()), *records], ledger)


@pytest.mark.parametrize("status", ["open", "partial"])
def test_what_a_gap_flags_is_flagged_not_missing(status):
    """While it is open, and if its repair did not bring everything."""
    found = with_gaps(GAP, GAP | LATER | {"status": status})
    assert (found.findings, found.flagged, found.missing) == ({}, 1, 0)


@pytest.mark.parametrize(
    ("records", "changes"),
    [
        ([], {}),
        ([GAP, GAP | LATER | {"status": "repaired"}], {}),
        ([GAP], {"created": 99.0}),
        ([GAP], {"created": 201.0}),
        ([GAP], {"name": "t3_x"}),
    ],
)
def test_what_no_open_gap_flags_is_missing(records, changes):
    """A gap that was closed, lies elsewhere, or is another listing's excuses nothing."""
    found = with_gaps(*records, **changes)
    assert found.findings == {Finding.UNREAD: (changes.get("name", "t1_x"),)}
    assert (found.flagged, found.missing) == (0, 1)


@pytest.mark.parametrize(
    "records",
    [
        [GAP | {"status": "repaired"}],
        [GAP, GAP | LATER | {"to_at": format_instant(START + 199)}],
        [GAP, GAP | LATER | {"from_at": format_instant(START + 101)}],
        [GAP, GAP | LATER | {"listing": "new"}],
        [GAP, GAP | LATER | {"status": "partial", "recovered": 1}],
    ],
)
def test_a_gap_that_contradicts_itself_is_named(records):
    """Never opened, shrunk, or with more recovered than any repair has read first."""
    found = judged([*rows(), *records], [*passed(rows()), *records])
    assert found.findings == {Finding.GAP_UNTRUE: ("gap_1",)}


def test_what_a_repair_recovered_is_counted_by_id():
    """Each thing once, however often it was sent."""
    repaired = answered(
        "t1_high", MOMENTS, scores=(1, 14, 12), walls=(0, 9, 19), taken_by=(0, 9, 19), via="tii"
    )
    things = THINGS | {"t1_high": repaired}
    grown = {"from_at": format_instant(START), "to_at": format_instant(START + 300)}
    closed = GAP | LATER | {"status": "repaired", "recovered": 1}
    landed = [*passed(rows(things)), GAP, closed | grown]
    sent = [*rows(things), GAP, closed | grown]
    assert judged(sent, landed, reddit(things)).findings == {}
    landed[-1] = sent[-1] = closed
    assert judged(sent, landed, reddit(things)).findings == {Finding.GAP_UNTRUE: ("t1_high",)}


def test_what_died_with_a_killed_producer_is_named_and_no_loss():
    """What it was read with was in nobody's hands but its; if it was sent, all is well."""
    lost = {"lost": {0, 1, 2}, "walls": (0, 1, 2), "taken_by": (0, 1, 2), "via": "cii"}
    things = THINGS | {"t1_low": answered("t1_low", MOMENTS, scores=(1, 14, 3), **lost)}
    ledger = replace(reddit(things), kept_allowed=frozenset({"t1_high", "t1_low"}))
    sent = [row for row in rows(things) if row["id"] != "t1_low"]
    found = judged(sent, passed(sent), ledger)
    assert (found.findings, found.died) == ({}, ("t1_low",))
    found = judged(rows(things), passed(rows(things)), ledger)
    assert (found.findings, found.died) == ({}, ())
