"""A run's folder is its own."""

import json

import pytest

from sandbox.demo.errors import SetupError
from sandbox.demo.folder import ENVIRONMENT, LAKE, SUMMARY, WORK, hold, write_summary


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
    """Whoever looks after a run that was stopped finds none."""
    write_summary(tmp_path, {"missing": 0})
    assert json.loads((tmp_path / SUMMARY).read_text()) == {"missing": 0}
    (tmp_path / ENVIRONMENT).touch()
    for name in (LAKE, WORK):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with hold(tmp_path):
        assert {one.name for one in tmp_path.rglob("*")} == {"lock", WORK}
