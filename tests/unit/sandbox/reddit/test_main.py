import socket

import pytest
from click.testing import CliRunner

from clock import FileClock
from sandbox.reddit.__main__ import main
from sandbox.reddit.datafile import write_records
from tests.support.reddit_builders import comment


@pytest.fixture
def clock_file(tmp_path):
    FileClock.create(tmp_path / "clock", 0.0)
    return tmp_path / "clock"


def refused(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code != 0
    return result.output


def test_a_missing_file_is_one_sentence(clock_file):
    """It says what to give."""
    assert "There is no file nowhere.ndjson" in refused(
        "--data", "nowhere.ndjson", "--clock-file", clock_file
    )


def test_there_must_be_one_thing_to_play(clock_file):
    """A file or a generated day."""
    for arguments in ([], ["--data", "x", "--generate"]):
        assert "one of them" in refused("--clock-file", clock_file, *arguments)


def test_a_missing_or_empty_clock_is_named(tmp_path):
    """The server only reads it."""
    (tmp_path / "empty").touch()
    for name in ("none", "empty", "."):
        message = refused("--generate", "--clock-file", tmp_path / name)
        assert "is no clock file: make it first" in message


def test_a_port_in_use_is_named(clock_file, tmp_path):
    """Another can be chosen."""
    write_records(tmp_path / "d.ndjson", [comment("a")])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused(
            "--data", tmp_path / "d.ndjson", "--clock-file", clock_file, "--port", port
        )
    assert f"Port {port} cannot be used" in message


@pytest.mark.parametrize("hours", ["0", "nan", "inf", "-1"])
def test_hours_are_checked_before_anything_is_read(clock_file, hours):
    """No file and no day is begun with them."""
    message = refused("--data", "nowhere", "--hours", hours, "--clock-file", clock_file)
    assert "Give 0.01 to 336 hours" in message
