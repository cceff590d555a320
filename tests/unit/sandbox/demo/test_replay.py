"""A drain that stalls goes on to its end, so that the audit can say what is missing."""

import io
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from sandbox.demo import replay as module
from sandbox.demo.errors import StalledError
from sandbox.demo.options import Options
from sandbox.demo.replay import Replay
from tests.support.demo_snapshots import snapshot


@pytest.fixture
def drained(monkeypatch):
    """Return a drain in which the waits for these stall; it returns what stalled."""
    monkeypatch.setattr(module, "read_stream", lambda *_: "all that was sent")

    def drain(*stalling, lake_job=b'{"objects": 0}'):
        def wait(*given, **_):
            what = next(one for one in given if isinstance(one, str))
            if any(one in what for one in stalling):
                raise StalledError(what)

        monkeypatch.setattr(module, "wait_until", wait)
        monkeypatch.setattr(module, "wait_while_moving", wait)
        running = MagicMock()
        running.options = Options(build=Path())
        running.snapshot.side_effect = lambda **_: snapshot()
        replay = Replay(running, MagicMock())
        invoke = replay.demo.client.return_value.invoke
        invoke.side_effect = lambda **_: {"Payload": io.BytesIO(lake_job)}
        assert replay.drain() == "all that was sent"
        assert invoke.called
        replay.demo.clock.set_speed.assert_called_with(0.0)
        return replay.stalled

    return drain


def test_nothing_stalls_in_a_healthy_drain(drained):
    """The clock stands at its end."""
    assert drained() == []


def test_every_step_that_stalls_is_named(drained):
    """The next one follows all the same."""
    assert drained("the producer", "Flink to hand", "Firehose to deliver") == [
        "the producer to end after SIGTERM",
        "Flink to hand all that qualified to Firehose",
        "Firehose to deliver its buffers",
    ]
    (lake_job,) = drained(lake_job=b'{"objects": 1}')
    assert "still found objects" in lake_job
