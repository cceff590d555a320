import socket

import pytest
from click.testing import CliRunner

from clock import FileClock
from sandbox.reddit.__main__ import main
from sandbox.reddit.datafile import read_things, write_records
from sandbox.reddit.generate import generate
from tests.support.reddit_builders import comment


@pytest.fixture
def clock_file(tmp_path):
    FileClock.create(tmp_path / "clock", 0.0)
    return tmp_path / "clock"


def refused(*arguments, command=main):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exit_code != 0
    assert "Traceback" not in result.output
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
    for name in ("none", "empty"):
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


def test_generate_writes_a_file_that_can_be_played(tmp_path):
    """The first hours of a day."""
    path = tmp_path / "day.ndjson.gz"
    arguments = ["--hours", "0.2", "--comments-per-minute", "10", "--out", str(path)]
    result = CliRunner().invoke(generate, arguments)
    assert result.exit_code == 0, result.output
    assert f"{len(read_things(path)):,} things in {path}" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hours", "0"], "Generate between 0 and"),
        (["--comments-per-minute", "-1"], "Generate between 0 and"),
        (["--hours", "0.1", "--out", "/nowhere/day.ndjson"], "cannot be written"),
    ],
)
def test_generate_refuses_what_it_cannot_do(tmp_path, arguments, message):
    """In one sentence."""
    out = [] if "--out" in arguments else ["--out", tmp_path / "d.ndjson"]
    assert message in refused(*arguments, *out, command=generate)
