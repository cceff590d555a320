"""An environment is made from its pins, with Python 3.11, and made again only when they change."""

import pytest

from tools import environments, fingerprint
from tools.environments import Environment


@pytest.fixture
def one(tmp_path, monkeypatch):
    """Return an environment; `.calls` is what uv was asked for, which makes an interpreter."""
    calls = []

    def run_uv(*words, purpose):
        calls.append(words)
        made.python.parent.mkdir(parents=True, exist_ok=True)
        made.python.touch()

    monkeypatch.setattr(environments, "run_uv", run_uv)
    made = Environment("one", tmp_path / "venv", tmp_path / "pins.txt", with_project=False)
    made.pins.write_text("one")
    return made, calls


def test_it_is_made_with_exactly_its_pins(one):
    """A Python of its own first, if there is none; everything by hash."""
    made, calls = one
    made.make()
    assert [words[:2] for words in calls] == [("venv", "--clear"), ("pip", "sync")]
    assert calls[0][2:4] == ("--python", environments.PYTHON)
    assert "--require-hashes" in calls[1]
    assert calls[1][-1] == made.pins


def test_it_is_ready_until_its_pins_change_or_it_is_moved_or_broken(one, monkeypatch):
    """A virtual environment holds absolute paths; a mark without an interpreter is not enough."""
    made, _ = one
    assert not made.is_ready()
    made.make()
    assert made.is_ready()
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "PROJECT", made.folder)
        assert not made.is_ready()
    made.pins.write_text("two")
    assert not made.is_ready()
    made.make()
    assert made.is_ready()
    made.python.unlink()
    assert not made.is_ready()
