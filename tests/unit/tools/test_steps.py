"""What takes its time says what it is, and for how long."""

import threading

import pytest

from tools import steps
from tools.errors import ToolError
from tools.steps import step


def test_a_step_is_one_line_also_when_it_fails(capsys):
    """What, and how long it took; an error's sentence begins on a line of its own."""
    with step("installing"):
        pass
    with pytest.raises(ToolError), step("asking"):
        raise ToolError("no network")
    assert capsys.readouterr().err == "installing … done in 0 s\nasking … failed\n"


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
