import asyncio
from types import SimpleNamespace

import pytest

from sandbox.reddit.latency import Latency


@pytest.fixture
def waited(monkeypatch):
    """Return what an answer waits for on the wall, at a speed of the clock."""
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    def wait(speed, mean_seconds=0.3, answers=1):
        waits.clear()
        latency = Latency(SimpleNamespace(speed=lambda: speed), mean_seconds, seed=1)
        for _ in range(answers):
            asyncio.run(latency.pass_by())
        return list(waits)

    return wait


def test_a_span_of_the_clock_is_shorter_on_the_wall_the_faster_it_runs(waited):
    """And never longer there: a slow clock holds nobody up."""
    (alone,) = waited(1.0)
    assert waited(100.0) == [pytest.approx(alone / 100)]
    assert waited(0.01) == [alone]


def test_while_the_clock_stands_or_there_is_none_nothing_waits(waited):
    assert waited(0.0) == []
    assert waited(1.0, mean_seconds=0.0) == []


def test_spans_lie_around_the_mean_and_few_are_five_times_as_long(waited):
    waits = waited(1.0, answers=1000)
    usual = [each for each in waits if each != 1.5]
    assert 0.29 < sum(usual) / len(usual) < 0.31
    assert 0.15 <= min(usual) < 0.16
    assert 0.44 < max(usual) <= 0.45
    assert 2 <= len(waits) - len(usual) <= 20
