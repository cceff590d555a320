"""The `wsb` command offers what each package does, and says what is missing."""

import importlib
import sys

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


def test_a_library_that_only_the_work_needs_is_named_too(run, monkeypatch):
    """`wsb lake query` reads its settings first, and DuckDB only then."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.delitem(sys.modules, "wsb_lake.query", raising=False)
    refused = run("lake", "query", "select 1", "--database", "wsb_dev", "--region", "us-east-1")
    assert refused.exit_code == 1
    assert "`wsb lake` needs duckdb, which is not installed here; " in refused.output
    assert "run `pip install '.[reader]'` there" in refused.output


def test_help_imports_no_command(run, monkeypatch):
    """A producer's instance lists all commands without the libraries of the others."""

    def forbidden(name):
        pytest.fail(f"{name} was imported")

    monkeypatch.setattr(importlib, "import_module", forbidden)
    shown = run("--help")
    assert shown.exit_code == 0
    assert all(f"  {name}  " in shown.output for name in wsb.COMMANDS)
