"""Each thing that can go wrong, planted in a short run: `wsb sandbox demo` names it and fails.

The producer, the replay server, the lake job and the audit are the real ones; a filter of three
lines stands for Flink.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from click.testing import CliRunner

from contract import format_instant
from sandbox.audit.stream_ledger import stream_ledger
from sandbox.cli import sandbox
from sandbox.demo import run
from sandbox.demo.options import Options
from sandbox.demo.recent import Recent
from sandbox.reddit.thing import RecordedThing
from tests.support.audit_world import HOURS, produce, small_subreddit
from tests.support.demo_snapshots import snapshot
from tests.support.reddit_builders import START, comment
from tests.support.reddit_server import staged

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HEALTHY = "Nothing missing, nothing duplicated, nothing wrongly kept."
NOT_IN_LAKE = "qualified but not in the lake"
NOT_AS_ANSWERED = "sent otherwise than Reddit answered"
MINIMUM = 10


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with staged(tmp_path_factory.mktemp("stage"), small_subreddit()) as stage:
        yield stage


@pytest.fixture(scope="module")
def sent(stage, moto_url):
    """Return what the producer sent in two hours."""
    return [json.loads(line) for line in produce(stage, moto_url)]


def flink(record):
    """Pass what Flink passes."""
    is_live_comment = record["kind"] == "comment" and record["state"] == "live"
    return not is_live_comment or (record["peak_score"] or 0) >= MINIMUM


def sound(_lake):
    """Spoil nothing."""


@dataclass
class Fault:
    """What goes wrong on the way, and the words of the problems that it makes.

    `send` changes what reaches the stream, `passes` is the filter, `land` changes what it
    passed, `spoil` the lake; `unread` is published, and in no answer.
    """

    words: list
    send: object = lambda records: records
    passes: object = flink
    land: object = lambda records: records
    spoil: object = sound
    unread: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)
    stalled: list = field(default_factory=list)


def of(fullname, **said):
    """Tell the records of one thing that say this."""
    return lambda record: record["id"] == fullname and said.items() <= record.items()


def without(hit):
    return lambda records: [record for record in records if not hit(record)]


def change(hit, **changes):
    """Change the newest of the records that are hit, or lose it if there is no change."""

    def changed(records):
        *_, place = (place for place, record in enumerate(records) if hit(record))
        left = [records[place] | changes] if changes else []
        return [*records[:place], *left, *records[place + 1 :]]

    return changed


def foretold(records):
    """Send a look that nobody made: earlier than any answer."""
    look = next(record for record in records if of("t1_up")(record) and flink(record))
    return [*records, look | {"observed_at": look["created_at"]}]


def double(lake):
    """Append a row that is there already, past the job's own check."""
    table = lake.job().tables["comments"].refresh()
    table.append(table.scan().to_arrow().slice(0, 1))


def otherwise(fullname, **changes):
    """Send a thing's newest observation otherwise than it was answered."""
    fields = [f"{name} of {fullname}" for name in sorted(changes)]
    words = f"{len(fields)} {NOT_AS_ANSWERED} (e.g. {', '.join(fields)})"
    return Fault([words], send=change(of(fullname), **changes))


def crossing(records):
    """Lose the first observation of a comment at the minimum."""
    first = next(record for record in records if of("t1_nested")(record) and flink(record))
    return [record for record in records if record is not first]


def strict(record):
    """Pass a comment while it is at the minimum only."""
    is_live_comment = record["kind"] == "comment" and record["state"] == "live"
    return not is_live_comment or (record["score"] or 0) >= MINIMUM


def hole(fullname, *statuses):
    """Return the records of a hole ten minutes into the world, and of what became of it."""
    shared = {"schema_version": 1, "kind": "gap", "id": fullname, "subreddit": "wallstreetbets"}
    bounds = {"listing": "comments", "from_at": instant(590), "to_at": instant(610)}
    found = shared | bounds | {"created_at": instant(700), "recovered": 0}
    return [
        found | {"observed_at": instant(700 + number), "status": status}
        for number, status in enumerate(statuses)
    ]


def instant(age):
    return format_instant(START + age)


STALLED = "nothing moved for 60 s, waiting for Flink"
FAULTS = {
    "never read": Fault(
        ["1 served by Reddit but never read (e.g. t1_x)"], unread=[comment("x", 600)]
    ),
    "never read, though its gap was closed": Fault(
        ["1 served by Reddit but never read (e.g. t1_x)"],
        send=lambda records: [*records, *hole("gap_x", "open", "repaired")],
        unread=[comment("x", 600)],
    ),
    "a gap that was never opened": Fault(
        ["1 a gap whose records contradict each other or what was repaired (e.g. gap_x)"],
        send=lambda records: [*records, *hole("gap_x", "partial")],
    ),
    "a look called a repair": Fault(
        [
            f"1 {NOT_AS_ANSWERED} (e.g. cause of t1_up)",
            "1 a gap whose records contradict each other or what was repaired (e.g. t1_up)",
        ],
        send=change(of("t1_up"), cause="repair"),
    ),
    "a look called a sweep": otherwise("t1_up", cause="sweep"),
    "a lost id": Fault(
        ["1 read but never acknowledged by Kinesis (e.g. t1_n3)"], send=without(of("t1_n3"))
    ),
    "a lost first crossing": Fault(
        ["1 answered with something new, of which Kinesis has no observation (e.g. t1_nested)"],
        send=crossing,
    ),
    "an answer that never was": Fault(
        ["1 sent, though no answer of Reddit's can have shown it (e.g. t1_up)"], send=foretold
    ),
    # The record's own rules refuse it too, so it is missing besides.
    "a falling peak": Fault(
        [f"1 {NOT_AS_ANSWERED} (e.g. peak_score of t1_up)", f"1 {NOT_IN_LAKE} (e.g. t1_up)"],
        send=change(of("t1_up"), peak_score=40),
    ),
    "a peak of this look alone": Fault(
        [f"1 {NOT_AS_ANSWERED} (e.g. peak_score of t1_dip)", f"1 {NOT_IN_LAKE} (e.g. t1_dip)"],
        send=change(of("t1_dip"), peak_score=5),
    ),
    "a wrong parent": otherwise("t1_nested", parent_id="t3_p0"),
    "a wrong author": otherwise("t1_nested", author="nobody"),
    "the author for his id": otherwise("t1_nested", author_id="ape"),
    "a wrong birth": otherwise("t1_up", created_at="2020-12-03T12:53:51.000Z"),
    "the body before the edit": otherwise("t1_edited", body="body of edited"),
    "a wrong title": otherwise("t3_p0", title="title of p1"),
    "the score of another look": otherwise("t1_up", score=41),
    # The record's own rules refuse it too, so the lake never hears of the deletion.
    "a tombstone with a body": Fault(
        [
            f"2 {NOT_AS_ANSWERED} (e.g. author of t1_deleted, body of t1_deleted)",
            f"1 {NOT_IN_LAKE} (e.g. t1_deleted)",
            "1 deleted or removed but no tombstone in the lake (e.g. t1_deleted)",
        ],
        send=change(of("t1_deleted"), author="ape", body="body of deleted"),
    ),
    "a lost observation": Fault([f"1 {NOT_IN_LAKE} (e.g. t1_up)"], land=change(of("t1_up"))),
    "a dip not kept": Fault([f"{NOT_IN_LAKE} (e.g. t1_dip"], passes=strict),
    "a tombstone missing": Fault(
        [
            f"{NOT_IN_LAKE} (e.g. t1_deleted)",
            "1 deleted or removed but no tombstone in the lake (e.g. t1_deleted)",
        ],
        land=without(of("t1_deleted", state="deleted")),
    ),
    "not kept": Fault(
        [
            f"{NOT_IN_LAKE} (e.g. t1_nested)",
            "1 answered at the minimum but not kept (e.g. t1_nested)",
        ],
        land=without(of("t1_nested")),
    ),
    "wrongly kept": Fault(
        [
            "in the lake though never sent or passed (e.g. t1_low)",
            "1 kept without reason (e.g. t1_low)",
        ],
        passes=lambda record: flink(record) or of("t1_low")(record),
    ),
    "another row than was sent": Fault(
        ["1 not in the lake as it was sent (e.g. flair of t3_p0)"],
        land=change(of("t3_p0"), flair=None),
    ),
    "a duplicate row": Fault(["1 more than once in the lake (e.g. t1_"], spoil=double),
    "a dead letter": Fault(
        ["2 of the producer's records were refused as not valid"], figures={"dead_letters": 2}
    ),
    "a quota overrun": Fault(
        ["31 requests in one minute"], figures={"requests_per_minute_max": 31}
    ),
    "stalled": Fault([f"stalled: {STALLED}"], stalled=[STALLED]),
}


@dataclass
class FakeReplay:
    """A window that was played already."""

    stream: object
    stalled: list
    end_at: float
    recent: object = field(default_factory=lambda: Recent(Options(build=Path()), snapshot()))

    def play(self):
        pass

    def drain(self):
        return self.stream


@pytest.fixture(scope="module")
def settled(new_lake):
    """Return a maker of lakes that hold what landed; of the same it makes one."""
    lakes = {}

    def make(landed, spoil, now):
        key = (json.dumps(landed), spoil)
        if key not in lakes:
            lakes[key] = lake = new_lake()
            lake.clock.time = now
            lake.land(*landed)
            lake.job().run()
            spoil(lake)
        return lakes[key]

    return make


@pytest.fixture
def demo(stage, sent, settled, tmp_path, monkeypatch):
    """Return the demo's command over what the producer sent; it returns status, words, summary."""

    def play(fault):
        end_at = stage.world.start_at + HOURS * 3600 + 60
        records = fault.send(sent)
        landed = fault.land([record for record in records if fault.passes(record)])
        lake = settled(landed, fault.spoil, end_at)
        for record in fault.unread:
            thing = RecordedThing(record)
            monkeypatch.setitem(stage.world.things, thing.fullname, thing)
            monkeypatch.setitem(stage.world.appears_at, thing.fullname, thing.created)
        stream = stream_ledger((json.dumps(record).encode() for record in records), MINIMUM)
        names = {"database": lake.settings.database, "bucket": lake.settings.bucket}
        running = SimpleNamespace(
            reddit=stage,
            aws=SimpleNamespace(url=lake.settings.endpoint_url),
            start_at=stage.world.start_at,
            outputs={f"lake_{key}_name": name for key, name in names.items()},
            snapshot=lambda: snapshot(**fault.figures),
        )

        def start(options, *_):
            running.options = options
            return running

        monkeypatch.setattr(run, "start_demo", start)
        monkeypatch.setattr(run, "Replay", lambda *_: FakeReplay(stream, fault.stalled, end_at))
        arguments = ["demo", "--hours", str(HOURS), "--build", str(tmp_path)]
        result = CliRunner().invoke(sandbox, arguments)
        summary = json.loads((tmp_path / "summary.json").read_text())
        return result.exit_code, " ".join(result.output.split()), summary

    return play


def test_a_healthy_run_is_green(demo):
    """Nothing is found wrong in it; deletions, edits, dips and hidden scores are in it."""
    status, said, summary = demo(Fault([]))
    assert summary["problems"] == []
    assert (status, HEALTHY in said) == (0, True)
    assert (summary["served"], summary["read"], summary["acknowledged"]) == (45, 45, 45)
    assert (summary["kept"], summary["kept_expected"], summary["recall_true"]) == (8, 8, 1.0)


def test_what_a_gap_flags_is_nobodys_loss(demo):
    """It is counted, and the run is in order."""
    flagged = Fault([], send=lambda r: [*r, *hole("gap_x", "open")], unread=[comment("x", 600)])
    status, said, summary = demo(flagged)
    assert (status, summary["problems"], HEALTHY in said) == (0, [], True)
    assert (summary["flagged"], summary["gaps"], summary["missing"]) == (1, 1, 0)


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_named_and_fails_the_command(demo, monkeypatch, name):
    """In the summary and on the screen, as exactly the problems it makes, with status 1."""
    monkeypatch.setattr(run, "show_lake", lambda *_: None)
    monkeypatch.setattr(run.wsb_lake, "open", MagicMock())
    fault = FAULTS[name]
    status, said, summary = demo(fault)
    problems = summary["problems"]
    assert len(problems) == len(fault.words), problems
    for words, problem in zip(fault.words, problems, strict=True):
        assert words in problem
    assert status == 1
    assert f"Not in order: {'; '.join(problems)}" in said
    assert HEALTHY not in said
