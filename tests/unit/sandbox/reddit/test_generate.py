import pytest
from click.testing import CliRunner

from sandbox.reddit.datafile import read_things
from sandbox.reddit.generate import generate


def run(*arguments):
    return CliRunner().invoke(generate, [str(argument) for argument in arguments])


def test_generate_writes_a_file_that_can_be_played(tmp_path):
    """The first hours of a day."""
    path = tmp_path / "day.ndjson.gz"
    result = run("--hours", 0.2, "--comments-per-minute", 10, "--out", path)
    assert result.exit_code == 0, result.output
    assert f"{len(read_things(path)):,} things in {path}" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hours", "0"], "Give 0.01 to 336 hours, not 0."),
        (["--hours", "9999"], "Give 0.01 to 336 hours, not 9999."),
        (["--hours", "nan"], "Give 0.01 to 336 hours, not nan."),
        (["--comments-per-minute", "-1"], "Give at most 10,000 comments per minute and more than"),
        (["--comments-per-minute", "nan"], "Give at most 10,000 comments per minute and more than"),
        (["--hours", "0.1", "--out", "/nowhere/day.ndjson"], "cannot be written: No such file"),
        (["--hours", "0.1", "--out", "."], "cannot be written: Is a directory"),
    ],
)
def test_generate_refuses_what_it_cannot_do(tmp_path, arguments, message):
    """In one sentence, and no file is begun."""
    result = run("--out", tmp_path / "d.ndjson", *arguments)
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert message in result.output
    assert list(tmp_path.iterdir()) == []


def test_its_help_shows_the_format():
    """As it is, line by line, and where more of it stands."""
    text = run("--help").output
    assert '  {"kind": "t1",             or "t3" for a post\n' in text
    assert "docs/data.md" in text
