"""An environment is made from its pins, with Python 3.11, and made again only when they change."""

from tools import environments
from tools.environments import Environment
from tools.fingerprint import mark


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


def test_it_is_made_with_exactly_its_pins(monkeypatch, tmp_path):
    """A Python of its own first, if there is none; everything by hash."""
    calls = []
    monkeypatch.setattr(environments, "run_uv", lambda *words, **_: calls.append(words))
    one = Environment("one", tmp_path, tmp_path / "pins.txt", with_project=False)
    one.pins.write_text("")
    one.make()
    assert [words[:2] for words in calls] == [("venv", "--clear"), ("pip", "sync")]
    assert calls[0][2:4] == ("--python", environments.PYTHON)
    assert "--require-hashes" in calls[1]
    assert calls[1][-1] == one.pins
