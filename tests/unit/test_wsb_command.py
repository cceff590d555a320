"""The `wsb` command offers what each package does, and says what is missing."""

import pytest
from click.testing import CliRunner

import wsb


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(wsb.main, arguments)


@pytest.mark.parametrize("name", sorted(wsb.COMMANDS))
def test_every_command_exists_and_explains_itself(run, name):
    """What the table of commands names is there."""
    shown = run(name, "--help")
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(f"Usage: main {name}")


def test_an_unknown_command_is_named(run):
    """A typing mistake gets a sentence and a status other than 0."""
    refused = run("prodcue")
    assert refused.exit_code == 2
    assert "No such command 'prodcue'" in refused.output
