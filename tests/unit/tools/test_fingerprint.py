"""A folder is made again only when what it is made from has changed."""

from tools import fingerprint
from tools.fingerprint import is_current, mark


def test_a_finished_folder_is_current(tmp_path):
    """Until its inputs change."""
    pins = tmp_path / "pins.txt"
    pins.write_text("one")
    made_from = fingerprint.fingerprint(pins, "3.11")
    assert not is_current(tmp_path, made_from)
    mark(tmp_path, made_from)
    assert is_current(tmp_path, fingerprint.fingerprint(pins, "3.11"))
    pins.write_text("two")
    assert not is_current(tmp_path, fingerprint.fingerprint(pins, "3.11"))


def test_a_checkout_that_was_moved_is_made_again(tmp_path, monkeypatch):
    """A virtual environment holds absolute paths."""
    before = fingerprint.fingerprint("pins")
    monkeypatch.setattr(fingerprint, "PROJECT", tmp_path)
    assert fingerprint.fingerprint("pins") != before
