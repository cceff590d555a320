"""What Terraform prints is understood as it comes."""

import os
import signal

import psutil
import pytest

from sandbox.demo.errors import SetupError
from sandbox.demo.stack import ApplyProgress, Stack, error_lines

PLAN = "Plan: 3 to add, 0 to change, 0 to destroy."


def test_progress_counts_what_is_there_and_names_what_takes_longest():
    """Flink is the one that is waited for."""
    progress = ApplyProgress()
    flink, bucket = "aws_kinesisanalyticsv2_application.qualifier", 'aws_s3_bucket.x["lake"]'
    told = [
        progress.after(line)
        for line in (
            "data.aws_region.current: Reading...\n",
            "data.aws_region.current: Read complete after 0s [id=us-east-1]\n",
            f"{PLAN}\n",
            f"{flink}: Creating...\n",
            f"{bucket}: Creating...\n",
            f"{bucket}: Creation complete after 1s [id=b]\n",
            f"{flink}: Still creating... [10s elapsed]\n",
            f"{flink}: Creation complete after 20s [id=f]\n",
        )
    ]
    assert told == [
        "planning",
        "planning",
        "0 of 3 resources",
        f"0 of 3 resources, {flink}",
        f"0 of 3 resources, {flink}",
        f"1 of 3 resources, {flink}",
        f"1 of 3 resources, {flink}",
        "2 of 3 resources",
    ]


def test_of_a_failure_the_error_is_shown():
    """Not what came before it, and not all of it."""
    printed = "Initializing...\n\nWarning: old\n\nError: no provider\n\n" + "more\n" * 20
    assert error_lines(printed) == ["Error: no provider", *["more"] * 5]
    assert error_lines("one\ntwo\n") == ["one", "two"]


def test_a_command_is_followed_line_by_line_and_its_failure_said(tmp_path):
    """On stdout for whoever looks, on both for the log."""
    program = tmp_path / "terraform"
    program.write_text('#!/bin/sh\necho "one $2"; echo two; echo "Error: three" >&2; exit $2\n')
    program.chmod(0o755)
    stack = Stack(terraform=program, work=tmp_path, environment={})
    seen = []
    assert stack.run("0", each_line=seen.append) == "one 0\ntwo\n"
    assert seen == ["one 0\n", "two\n"]
    with pytest.raises(SetupError, match=r"terraform 1 failed \(all of it: .*\):\n  Error: three"):
        stack.run("1")
    printed = ("$ terraform {}", "one {}", "two", "Error: three")
    logged = sorted(line.format(n) for n in (0, 1) for line in printed)
    assert sorted(stack.log.read_text().splitlines()) == logged


def test_an_interrupted_run_leaves_no_terraform(tmp_path):
    """Nor what it has started: both would go on against servers that are gone."""
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\nsleep 60 &\necho $! $$\nwait\n")
    program.chmod(0o755)
    stack = Stack(terraform=program, work=tmp_path, environment=os.environ)
    pids = []

    def interrupt(line):
        pids.extend(map(int, line.split()))
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        stack.run("apply", each_line=interrupt)
    assert len(pids) == 2
    assert not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids
    )
