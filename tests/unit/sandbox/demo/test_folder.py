"""A run's folder is its own."""

import json

import pytest

from sandbox.demo.errors import SetupError
from sandbox.demo.folder import ENVIRONMENT, LAKE, LOCK, SUMMARY, WORK, clear, hold, write_summary


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    """It would clear the logs and the state away under the first one."""
    with (
        hold(tmp_path),
        pytest.raises(SetupError, match="another demo is running"),
        hold(tmp_path),
    ):
        pass
    with hold(tmp_path):
        pass


def test_no_run_shows_the_results_of_an_earlier_one(tmp_path):
    """Whoever looks after a run that was stopped finds none; a check alone leaves all."""
    (tmp_path / LOCK).touch()
    write_summary(tmp_path, {"missing": 0})
    assert json.loads((tmp_path / SUMMARY).read_text()) == {"missing": 0}
    (tmp_path / ENVIRONMENT).touch()
    for name in (LAKE, WORK):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with hold(tmp_path):
        assert (tmp_path / LAKE / "old").exists()
        clear(tmp_path)
        assert {one.name for one in tmp_path.rglob("*")} == {"lock", WORK}


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    """Its `lake` or `run` would be deleted."""
    (tmp_path / LAKE).mkdir()
    with pytest.raises(SetupError, match="holds other things"), hold(tmp_path):
        pass
    assert [one.name for one in tmp_path.iterdir()] == [LAKE]
