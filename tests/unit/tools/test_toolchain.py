"""The command line: a mistake is one sentence and a status; no traceback."""

import os
import subprocess
import sys

import pytest

from tools import toolchain
from tools.errors import ToolError
from tools.project import PROJECT

FIND_PYTHON = PROJECT / "tools" / "find-python.sh"


def call(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "tools.toolchain", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_terraform_is_one_sentence(tmp_path):
    """Whatever was to be run."""
    refused = call("run", "true", WSB_TERRAFORM=str(tmp_path / "none"))
    assert refused.returncode == 1
    assert refused.stderr.startswith("toolchain: WSB_TERRAFORM=")
    assert refused.stderr.count("\n") == 1


def test_a_command_finds_java_and_terraform():
    """Its environment says where they are, and its own status comes back."""
    script = 'test -x "$JAVA_HOME/bin/java" && terraform version >/dev/null && exit 7'
    assert call("run", "sh", "-c", script).returncode == 7


def test_a_command_that_is_not_there_is_one_sentence():
    """It says what to run first."""
    refused = call("run", "no-such-command")
    assert (refused.returncode, refused.stderr) == (
        1,
        "toolchain: no-such-command is not there: run `make setup` first\n",
    )


def test_an_unknown_word_shows_how_it_is_used():
    """With what could be meant."""
    refused = call("setpu")
    assert refused.returncode == 1
    assert "tools.toolchain setup" in refused.stderr


def test_a_folder_that_is_not_writable_is_one_sentence(monkeypatch, tmp_path):
    """A checkout that is read-only, or another's."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(toolchain, "BUILD", tmp_path / "file" / "build")
    with pytest.raises(SystemExit, match=r"^toolchain: .*/file/build': is the project's folder"):
        toolchain.main(["setup"])


def test_the_table_shows_what_is_missing(monkeypatch):
    """Each tool has its line, also when one cannot be had."""

    def missing():
        raise ToolError("no Java: install one")

    monkeypatch.setattr(toolchain, "find_java", missing)
    monkeypatch.setattr(toolchain, "find_maven", lambda: "/usr/bin/mvn")
    lines = toolchain.table().splitlines()
    assert lines[0].split(maxsplit=1) == ["Java", "MISSING: no Java: install one"]
    assert lines[1].split() == ["Maven", "/usr/bin/mvn"]


@pytest.mark.parametrize("named", [None, "no-such-python"])
def test_without_python_the_sentence_says_what_to_install(tmp_path, named):
    """Before anything else can run."""
    environment = {"PATH": str(tmp_path)} | ({"PYTHON": named} if named else {})
    refused = subprocess.run(
        ["/bin/sh", FIND_PYTHON], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("no Python 3.11 or newer with venv: install one")


def test_a_named_python_is_used():
    """PYTHON comes before what is on the PATH."""
    base = os.path.realpath(sys.executable)
    found = subprocess.run(
        ["/bin/sh", FIND_PYTHON], env={"PYTHON": base}, capture_output=True, text=True, check=True
    )
    assert os.path.realpath(found.stdout.strip()) == base
