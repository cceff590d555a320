"""The lake job's order: forgetting has its turn in time, whatever else fails or takes long."""

import itertools
import json

import pytest

from tests.support.lake_world import START, MovingClock
from tests.support.looks import live, looks, tombstone
from wsb_lake import aws_lambda
from wsb_lake.chores import Chore, do_chores
from wsb_lake.errors import ClockAheadError
from wsb_lake.forgetting.chores import FORGETTING
from wsb_lake.job.every_chore import CHORES
from wsb_lake.job.lake_job import CHORES_SECONDS, LakeJob
from wsb_lake.job.settle import job_of

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600.0


@pytest.fixture
def lake(new_lake, stamped):
    made = new_lake()
    stamped(made)
    return made


def gone(lake):
    """Land a comment, and then that it was deleted."""
    lake.land(live("t1_a", 60))
    lake.job().run()
    lake.land(tombstone("t1_a", 90))
    lake.job().run()


def events(lake, name):
    lines = map(json.loads, lake.logged.getvalue().splitlines())
    return [line for line in lines if line["event"] == name]


def test_a_tombstone_that_waits_for_nine_hours_is_told(lake, monkeypatch):
    """Before anything else, so that a run which dies tells it too."""
    gone(lake)
    lake.clock.time += 9 * HOUR - 1
    lake.job().run()
    assert events(lake, "forgetting_waits") == []
    lake.clock.time += 1.5 * HOUR

    def dies(*_):
        raise MemoryError

    monkeypatch.setattr(LakeJob, "_batches", dies)
    with pytest.raises(MemoryError):
        lake.job().run()
    (told,) = events(lake, "forgetting_waits")
    assert (told["tombstones"], told["oldest_hours"], told["level"]) == (1, 10.5, "warning")


def test_forgetting_comes_before_maintenance(lake, monkeypatch):
    """In the Lambda and by hand: a compaction that takes all the time starves only what follows."""
    names = ["purge", "residues", "compact", "expire", "orphans"]
    assert [chore.name for chore in CHORES] == names
    assert job_of(lake.settings).chores == CHORES
    assert aws_lambda._job.__wrapped__(lake.settings).chores == CHORES
    gone(lake)
    left = [1000.0]

    def endless(_work):
        left[0] = 0
        return {}, False

    chores = [Chore(c.name, 0, endless) if c.name == "compact" else c for c in CHORES]
    lake.clock.time += 7 * HOUR
    lake.job(chores).run(lambda: left[0])
    assert looks(lake) == [("t1_a", 90.0, "deleted")]
    done = [(event["chore"], event["complete"]) for event in events(lake, "lake_chore_done")]
    assert done == [("purge", True), ("residues", True), ("compact", False)]


def test_forgetting_comes_though_nothing_can_be_taken_in(lake, monkeypatch):
    """Each run fails at the same object; the error is still raised, after the chores."""
    gone(lake)
    lake.land(live("t1_b", 100))

    def no_memory(*_, **__):
        raise MemoryError("no room for t1_b")

    monkeypatch.setattr("wsb_lake.job.lake_job.append_new", no_memory)
    lake.clock.time += 7 * HOUR
    with pytest.raises(MemoryError, match="t1_b"):
        lake.job(CHORES).run()
    assert looks(lake) == [("t1_a", 90.0, "deleted")]
    assert len(lake.keys("landing/")) == 1
    assert [e["chore"] for e in events(lake, "lake_chore_done")] == [c.name for c in CHORES]


def test_a_backlog_leaves_forgetting_its_time(lake, monkeypatch):
    """No batch begins in the last minutes of a run."""
    monkeypatch.setattr("wsb_lake.job.batch.BATCH_OBJECTS", 1)
    gone(lake)
    for n in range(4):
        lake.land(live(f"t1_b{n}", 100))
    before, after = CHORES_SECONDS + 1, CHORES_SECONDS  # asked after a batch and before an object
    left = itertools.chain([before, before, after], itertools.repeat(1))
    lake.clock.time += 7 * HOUR
    lake.job(FORGETTING).run(lambda: next(left))
    assert looks(lake) == [
        ("t1_a", 90.0, "deleted"),
        *((f"t1_b{n}", 100.0, "live") for n in (0, 1)),
    ]
    assert len(lake.keys("landing/")) == 2


def test_chores_are_as_far_apart_as_they_say(lake):
    """Runs a quarter of an hour apart, give or take; however long the intake of each takes."""
    begun = []
    chores = [
        Chore(
            name,
            hours * HOUR,
            lambda work, name=name: begun.append((name, work.began_at)) or ({}, True),
        )
        for name, hours in (("purge", 6), ("residues", 1))
    ]
    jitter = itertools.cycle((0, 55, -50, 30, -7, 60, -60))
    with lake.job().held() as work:
        for tick in range(100):
            lake.clock.time = START + 900 * tick + next(jitter)
            started = lake.clock.time
            lake.clock.time += (tick * 97) % 500  # of the intake
            do_chores(_began(work, started), chores)
    for name, most in (("purge", 6 * HOUR), ("residues", HOUR)):
        times = [at for chore, at in begun if chore == name]
        apart = [after - before for before, after in itertools.pairwise(times)]
        assert most - 120 <= min(apart)
        assert max(apart) <= most + 120


def _began(work, at):
    return type(work)(**{**vars(work), "began_at": at})


def test_a_clock_that_was_ahead_does_not_silence_a_chore(lake):
    """It said three days hence; the clock is right again, and so are the distances."""
    begun = []
    chore = Chore("purge", 6 * HOUR, lambda work: begun.append(work.began_at - START) or ({}, True))
    for at in (72 * HOUR, 1 * HOUR, 6 * HOUR, 7 * HOUR):
        lake.clock.time = START + at
        lake.job([chore]).run()
    assert begun == [72 * HOUR, HOUR, 7 * HOUR]


def test_a_clock_ahead_of_s3_begins_nothing(lake):
    """A hand-run purge would take the lock from a run at work, and its new files for orphans."""
    gone(lake)
    job = lake.job(CHORES)
    ahead = LakeJob(lake.settings, MovingClock(lake.clock.time + 61), job.log)
    for begin in (ahead.run, ahead.held().__enter__):
        with pytest.raises(ClockAheadError, match=r"61 s ahead .* set the clock right"):
            begin()
    fine = LakeJob(lake.settings, MovingClock(lake.clock.time + 60), job.log)
    with fine.held() as work:
        assert work.s3_now == lake.clock.time


def test_ages_of_files_are_by_the_clock_that_stamps_them(lake):
    """The job's own clock may be behind by hours: an orphan of two hours goes all the same."""
    gone(lake)
    key = "tables/comments/data/orphan.parquet"
    lake.aws.s3.put_object(Bucket=lake.settings.bucket, Key=key, Body=b"x")
    lake.clock.time += 2 * HOUR
    behind = LakeJob(lake.settings, MovingClock(START), lake.job().log, CHORES)
    behind.run()
    assert lake.keys(key) == []
