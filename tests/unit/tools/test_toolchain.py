"""The command line: a mistake is one sentence and a status; no traceback."""

import os
import re
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


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "true"), r"toolchain: WSB_TERRAFORM=\S+ is no Terraform .*"),
        (
            ("run", "no-such-command"),
            r"toolchain: no-such-command is not there: run `make setup` .*",
        ),
        (("setpu",), r"(?s)toolchain: not understood.*tools\.toolchain setup.*"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, words, sentence):
    """A Terraform that is not there, whatever was to be run; a command; a word."""
    environment = {"WSB_TERRAFORM": str(tmp_path / "none")} if "true" in words else {}
    refused = call(*words, **environment)
    assert refused.returncode == 1
    assert re.fullmatch(sentence + "\n", refused.stderr)


def test_a_command_finds_java_and_terraform():
    """Its environment says where they are, and its own status comes back."""
    script = 'test -x "$JAVA_HOME/bin/java" && terraform version >/dev/null && exit 7'
    assert call("run", "sh", "-c", script).returncode == 7


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


def find_python(**environment):
    return subprocess.run(
        ["/bin/sh", FIND_PYTHON], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("named", ["", "no-such-python"])
def test_without_python_the_sentence_says_what_to_install(tmp_path, named):
    """Before anything else can run."""
    refused = find_python(PATH=str(tmp_path), PYTHON=named)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("no Python 3.11 or newer with venv: install one")


def test_a_named_python_is_used():
    """PYTHON comes before what is on the PATH."""
    base = os.path.realpath(sys.executable)
    assert os.path.realpath(find_python(PYTHON=base).stdout.strip()) == base
