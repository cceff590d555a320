"""Python 3.11 is found, installed, or asked for in one sentence."""

import sys

import pytest

from tools import environments
from tools.environments import Environment, find_python
from tools.errors import ToolError
from tools.fingerprint import mark


@pytest.fixture
def newer_python(monkeypatch):
    """Run as if the interpreter were newer than PyFlink knows."""
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))


def test_the_running_interpreter_is_used_if_it_fits(monkeypatch):
    """Nothing is searched then."""
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    assert find_python() == sys.executable


def test_one_on_the_machine_is_found(newer_python, monkeypatch):
    """By uv, which knows where they lie."""
    monkeypatch.setattr(environments, "run_uv", lambda *_, **__: "/opt/python3.11\n")
    assert find_python() == "/opt/python3.11"


def test_without_one_it_is_installed(newer_python, monkeypatch):
    """And then used."""
    asked = []

    def run_uv(*arguments, purpose):
        asked.append(arguments[:2])
        if arguments[:2] == ("python", "find") and len(asked) == 1:
            raise ToolError("none")
        return "/new/python3.11\n"

    monkeypatch.setattr(environments, "run_uv", run_uv)
    assert find_python() == "/new/python3.11"
    assert asked == [("python", "find"), ("python", "install"), ("python", "find")]


def test_where_none_can_be_had_the_sentence_says_what_to_install(newer_python, monkeypatch):
    """One sentence, with the commands."""

    def refuse(*_, **__):
        raise ToolError("no network")

    monkeypatch.setattr(environments, "run_uv", refuse)
    with pytest.raises(ToolError, match=r"no Python 3\.11, .*apt install python3\.11"):
        find_python()


def test_an_environment_is_ready_only_when_finished_and_there(tmp_path):
    """A mark without an interpreter, or the reverse, is set up again."""
    pins = tmp_path / "pins.txt"
    pins.write_text("")
    one = Environment("one", tmp_path / "venv", pins, with_project=False)
    one.python.parent.mkdir(parents=True)
    one.python.touch()
    assert not one.is_ready()
    mark(one.folder, one.wanted())
    assert one.is_ready()
    one.python.unlink()
    assert not one.is_ready()
