"""Two producers as processes on one table: one works, one waits, whatever happens to the first."""

import signal

import pytest

from sandbox.aws.environment import client_of
from tests.support.aws_emulator import TABLE
from tests.support.producer_stage import Stage

pytestmark = pytest.mark.integration

TAKEN_OVER_SECONDS = 30  # after a death, on the producers' clock
SPEED = 1.0  # half a minute is then long enough on the wall for a busy machine


class Pair:
    """A stage with a producer at work and another that waits."""

    def __init__(self, stage):
        self.stage = stage
        self.first_log, self.second_log = (stage.folder / f"{n}.log" for n in ("first", "second"))
        self.first = stage.start_producer(self.first_log)
        self.first.wait_for("started", 60)
        self.second = stage.start_producer(self.second_log)
        self.second.wait_for("lease_awaited", 60)

    def play_until(self, process, event, *, seconds=TAKEN_OVER_SECONDS):
        """Let the clock run until a process says that; returns how long it took."""
        began = self.stage.clock.now()

        def unsaid():
            return event not in process._first

        self.stage.play_while(unsaid, speed=SPEED, seconds=seconds)
        return self.stage.clock.now() - began

    def names(self, log):
        return [event["event"] for event in self.stage.events(log)]

    def rows(self):
        """Return the fencing number of each row of the state."""
        items = client_of(self.stage.aws, "dynamodb").scan(TableName=TABLE)["Items"]
        return {row["sk"]["S"]: int(row["fence"]["N"]) for row in items}


@pytest.fixture
def pair(tmp_path, aws_url):
    stage = Stage(tmp_path, aws_url)
    yield Pair(stage)
    stage.close()


def test_the_second_waits_and_takes_over_within_half_a_minute_of_a_death(pair):
    """It reads nothing before, and goes on from the first one's checkpoint."""
    pair.stage.play_until(2.5, speed=30)
    assert set(pair.names(pair.second_log)) == {"lease_awaited"}  # told every minute
    assert set(pair.rows().values()) == {1}
    pair.first.signal(signal.SIGKILL)
    pair.first.wait(30)
    assert pair.play_until(pair.second, "started") <= TAKEN_OVER_SECONDS
    started = [each for each in pair.stage.events(pair.second_log) if each["event"] == "started"]
    assert started[0]["tracked"] > 0
    assert pair.rows()["lease"] == 2


def test_the_second_takes_over_at_once_after_a_clean_stop(pair):
    pair.stage.play_until(1, speed=30)
    assert pair.stage.stop(pair.first)[0] == 0
    assert pair.play_until(pair.second, "started") <= 10
    pair.stage.stop(pair.second)
    told = pair.names(pair.second_log)
    began = told.index("lease_taken")
    assert set(told[:began]) == {"lease_awaited"}
    assert told[began + 1] == "started"


def test_a_paused_one_writes_nothing_stale_and_waits_for_its_turn(pair):
    """Stopped for longer than its lease and let go on: it hears of it before it does anything."""
    pair.stage.play_until(2.5, speed=30)
    pair.first.signal(signal.SIGSTOP)
    pair.play_until(pair.second, "started")
    pair.stage.play_until(6, speed=30)
    before = pair.rows()
    assert (before["cursor#comments"], before["lease"]) == (2, 2)
    asked = pair.stage.status()["requests"]
    pair.first.signal(signal.SIGCONT)
    pair.first.wait_for("lease_lost", 30)
    pair.first.wait_for("lease_awaited", 30)
    # the clock stands: the second has at most its four in flight, and a checkpoint to finish
    assert pair.stage.status()["requests"] - asked <= 4
    stale = {name for name, fence in pair.rows().items() if fence == 1}
    assert stale <= {name for name, fence in before.items() if fence == 1}
    assert pair.stage.stop(pair.second)[0] == 0
    assert pair.stage.stop(pair.first)[0] == 0
