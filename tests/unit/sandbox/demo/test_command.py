"""What a person gives is checked before anything starts, and refused in a sentence."""

import os
import signal

import pytest
from click.testing import CliRunner

from sandbox.cli import demo
from sandbox.demo import run


def checked(*arguments):
    result = CliRunner().invoke(demo, ["--check-only", *map(str, arguments)])
    assert not result.exception or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--hours", value) for value in ("nan", "inf", "0", "99", "six")),
        *(("--speed", value) for value in ("nan", "0.5", "1e9")),
        ("--comments-per-minute", "nan"),
        ("--requests-per-minute", "101"),
        ("--min-score", "0"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(tmp_path, option, value):
    """By the name of its option."""
    status, output = checked("--build", tmp_path, option, value)
    assert status == 2
    assert f"Invalid value for '{option}'" in output
    assert list(tmp_path.iterdir()) == []


def test_live_reddit_takes_neither_a_file_nor_a_speed(tmp_path):
    """It would be another demo than was asked for."""
    for arguments in (("--speed", "3"), ("--data", tmp_path / "day.ndjson")):
        status, output = checked("--live", *arguments)
        assert (status, "--live" in output) == (2, True)


def test_data_that_cannot_be_played_is_refused(tmp_path):
    """By its name; the data file's own tests have all that can be wrong."""
    data = tmp_path / "day.ndjson"
    data.write_bytes(b'{"body": "hi", "score": 3}')
    status, output = checked("--build", tmp_path / "build", "--data", data)
    assert status == 1
    assert f"{data}, line 1: this looks like an Arctic Shift or Pushshift dump" in output


@pytest.mark.parametrize("build", ["file", "file/below", "/proc/nothing"])
def test_a_folder_that_cannot_be_used_is_refused(tmp_path, build):
    """By its name, with what to do."""
    (tmp_path / "file").touch()
    status, output = checked("--build", tmp_path / build)
    assert status == 1
    assert "cannot be used" in output
    assert "--build" in output


def test_what_is_right_passes(tmp_path):
    """And nothing is started."""
    assert checked("--build", tmp_path, "--hours", "0.5") == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_a_run_cleans_up(tmp_path, monkeypatch, number):
    """A closed terminal or a service manager ends it as Ctrl-C does."""
    cleaned = []

    def run_demo(*_, **__):
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            cleaned.append(number)

    monkeypatch.setattr(run, "run_demo", run_demo)
    before = signal.getsignal(number)
    result = CliRunner().invoke(demo, ["--build", str(tmp_path)])
    signal.signal(number, before)
    assert (result.exit_code, cleaned) == (130, [number])
    assert "nothing is left running" in result.output
