"""What takes its time says what it is, and for how long."""

import threading

import pytest

from tools import steps
from tools.errors import ToolError
from tools.steps import step


def test_a_step_is_one_line(capsys):
    """What, and how long it took."""
    with step("installing"):
        pass
    assert capsys.readouterr().err == "installing … done in 0 s\n"


def test_seconds_are_said_while_it_goes_on(monkeypatch, capsys):
    """Nobody waits without a sign."""
    ticked = threading.Event()
    say = steps._say

    def noted(words):
        say(words)
        if words.endswith(" s … "):
            ticked.set()

    monkeypatch.setattr(steps, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(steps, "_say", noted)
    with step("installing"):
        assert ticked.wait(10)
    assert capsys.readouterr().err.startswith("installing … 0 s … ")


def test_a_failure_ends_the_line(capsys):
    """Its sentence begins on one of its own."""
    with pytest.raises(ToolError), step("installing"):
        raise ToolError("no network")
    assert capsys.readouterr().err == "installing … failed\n"
