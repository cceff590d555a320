"""The application lives through what its surroundings do: nothing is lost, at worst sent twice."""

import signal
import time
from collections import Counter

import pytest

from contract import format_instant
from tests.conftest import need
from tests.integration.flink.test_flink_end_to_end import START_SECONDS, Application, Stage, until
from tests.integration.flink.test_flink_judgement import FLINK_PYTHON
from tests.support.hostile_lines import encode, valid_record
from tests.support.sandbox_aws import START
from tools.package import package_flink

pytestmark = [pytest.mark.integration, pytest.mark.slow]

AWAY_SECONDS = 60
ARRIVE_SECONDS = 240
BATCH = 400
REFUSED_EVERY = 10
OPTIONS = {
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "1000",
    "restart-strategy.fixed-delay.delay": "1 s",
}


class World:
    """The stage with an application on it, and all that was put into the stream so far."""

    def __init__(self, folder):
        self.stage = Stage(folder / "stage")
        self.folder = folder
        self.kept, self.refused = [], []
        self.runs = 0
        self.start()

    def start(self, **options):
        self.runs += 1
        folder = self.folder / f"run{self.runs}"
        folder.mkdir()
        self.application = Application(folder, self.stage.aws.url, {**OPTIONS, **options})
        self.application.process.wait_for("running", START_SECONDS)

    def put(self, name):
        """Put a batch of records of its own name."""
        good = valid_record("comment", format_instant(START))
        lines = [
            encode(good | {"id": f"t1_{name}_{n}"} | ({} if n % REFUSED_EVERY else {"score": "9"}))
            for n in range(BATCH)
        ]
        self.kept += [line for n, line in enumerate(lines) if n % REFUSED_EVERY]
        self.refused += [line for n, line in enumerate(lines) if n % REFUSED_EVERY == 0]
        self.stage.put(lines)

    def faults(self, **switches):
        self.stage.aws.control("POST", "faults", switches)

    def all_arrived(self):
        """Tell whether each record has come out where it belongs, once or more."""
        dead = set(self.stage.delivered("dead"))
        return set(self.kept) == set(self.stage.delivered("kept")) and len(dead) >= len(
            self.refused
        )

    def settle(self, what):
        until(self.all_arrived, ARRIVE_SECONDS, f"all that was put, after {what}")

    def wait_for_checkpoint(self):
        before = set(self.application.checkpoints())
        until(lambda: set(self.application.checkpoints()) - before, ARRIVE_SECONDS, "a checkpoint")

    def close(self):
        self.application.process.stop()
        self.stage.aws.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    need(FLINK_PYTHON.exists(), f"no Flink at {FLINK_PYTHON}: set WSB_FLINK_PYTHON")
    package_flink()
    world = World(tmp_path_factory.mktemp("survival"))
    yield world
    world.close()


def test_a_stream_that_is_away_for_a_minute(world):
    """It answers nothing, then half of its calls fail, then it is silent: all comes out."""
    world.put("before")
    world.faults(kinesis_frozen=True)
    time.sleep(AWAY_SECONDS)  # that long it is away, whatever Flink does meanwhile
    world.faults(kinesis_frozen=False)
    world.put("back")
    world.faults(kinesis_unavailable_ratio=0.5)
    world.settle("half of the calls failed")
    world.faults(kinesis_unavailable_ratio=0.0)
    world.put("after")
    world.settle("a stream that was away")


def test_a_reshard_both_ways(world):
    """2 → 4 → 2 shards: the children are found, the parents read to their end."""
    for shards in (4, 2):
        world.stage.kinesis.update_shard_count(
            StreamName="observations", TargetShardCount=shards, ScalingType="UNIFORM_SCALING"
        )
        world.put(f"shards{shards}")
        world.settle(f"a reshard to {shards}")


@pytest.mark.parametrize(
    "failing",
    [
        {"firehose_failed_records_ratio": 0.3},
        {"firehose_throttled_ratio": 0.3},
        {"firehose_failed_records_ratio": 0.3, "firehose_throttled_ratio": 0.3},
    ],
    ids="_and_".join,
)
def test_firehose_that_fails_in_parts(world, failing):
    """Entries, whole calls or both are refused: each is sent again until it is taken."""
    name = "_".join(failing)
    world.faults(**failing)
    world.put(name)
    world.settle(name)
    world.faults(**dict.fromkeys(failing, 0.0))
    world.wait_for_checkpoint()


def test_kill_9_and_a_restart_from_the_last_checkpoint(world):
    """What was read after it is read again: duplicates, no loss, and not the whole stream."""
    world.wait_for_checkpoint()
    before = Counter(world.stage.delivered("kept"))
    world.put("killed")
    world.application.process.signal(signal.SIGKILL)
    world.application.process.wait(30)
    newest = max(world.application.checkpoints(), key=lambda path: path.stat().st_mtime).parent
    world.put("meanwhile")
    world.start(**{"execution.state-recovery.path": f"file://{newest}"})
    world.settle("kill -9")
    after = Counter(world.stage.delivered("kept"))
    again = sum((after[line] > count) for line, count in before.items())
    assert again < len(before) / 2
    letters = set(world.stage.delivered("dead"))
    assert len(letters) == len(world.refused)
