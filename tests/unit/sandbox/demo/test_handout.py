"""What a run leaves can be used by a shell, in any folder."""

import os
import subprocess

import pytest

from sandbox.demo.folder import ENVIRONMENT, LAKE
from sandbox.demo.handout import end_environment, next_steps, write_environment


@pytest.fixture
def build(tmp_path):
    folder = tmp_path / "ä b%20c 'd'"
    folder.mkdir()
    return folder


def sourced(build, **before):
    """Return the environment of a shell that has read the file."""
    environment = {"PATH": os.environ["PATH"], **before}
    command = ["sh", "-c", '. "$0" && env', str(build / ENVIRONMENT)]
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in out.stdout.splitlines())


def test_a_shell_gets_every_variable_and_no_account_of_the_person(build):
    """A profile or a session of theirs would win over the sandbox's keys."""
    write_environment(build, {"WSB_STREAM_NAME": "s", "WSB_CLOCK_FILE": str(build / "clock")})
    found = sourced(build, AWS_PROFILE="mine", WSB_LAKE_FOLDER="/of/an/earlier/run", HOME="/home")
    assert found["WSB_STREAM_NAME"] == "s"
    assert found["WSB_CLOCK_FILE"] == str(build / "clock")
    assert found["HOME"] == "/home"
    assert not {"AWS_PROFILE", "WSB_LAKE_FOLDER"} & set(found)


def test_after_its_end_a_run_points_to_its_files(build):
    """The servers' addresses would lead nowhere."""
    write_environment(build, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    (build / LAKE).mkdir()
    (build / LAKE / "comments.parquet").touch()
    end_environment(build)
    found = sourced(build)
    assert found["WSB_LAKE_FOLDER"] == str(build / LAKE)
    assert "AWS_ENDPOINT_URL" not in found


def test_a_run_without_a_lake_leaves_no_environment(build):
    """One that was stopped: there is nothing to point to."""
    write_environment(build, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    end_environment(build)
    assert not (build / ENVIRONMENT).exists()


@pytest.mark.parametrize(("up", "example"), [(False, "t1_abc"), (True, None)])
def test_the_next_steps_are_what_can_be_done(build, monkeypatch, up, example):
    """A comment of this run, and the check while there are servers to check."""
    monkeypatch.chdir(build.parent)
    source, *steps = next_steps(build, example, up=up)
    command = ["sh", "-c", f"echo {source.removeprefix('. ')}"]
    echoed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert echoed == f"{build.name}/{ENVIRONMENT}\n"
    assert (".venv/bin/wsb lake history t1_abc" in steps) == (example is not None)
    assert (".venv/bin/wsb check" in steps) == up
    assert len(steps) == 3
