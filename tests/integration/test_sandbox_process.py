"""Child processes: they say when they are ready, and never outlive us."""

import os
import signal
import sys
import time

import pytest

from sandbox.process import ChildFailed, ChildProcess

pytestmark = pytest.mark.integration
WALL_SECONDS = 20
READY = "import json, sys, time; print(json.dumps({'event': 'ready', 'n': 1}), flush=True); "


def gone(pid):
    """Return whether no such process is left, within a while."""
    until = time.monotonic() + WALL_SECONDS
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - it may vanish meanwhile
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def start(tmp_path, code, **options):
    """Start a Python that runs this code."""
    return ChildProcess([sys.executable, "-c", code], log=tmp_path / "log", **options)


def test_a_child_is_awaited_and_ended(tmp_path):
    """Its ready line comes back; SIGTERM ends it; its output is in its log."""
    child = start(tmp_path, READY + "print('text', flush=True); time.sleep(60)")
    assert child.wait_for("ready", WALL_SECONDS)["n"] == 1
    assert child.running
    child.stop()
    assert child.exit_code == -signal.SIGTERM
    assert "ready" in (tmp_path / "log").read_text()


def test_a_child_that_dies_says_its_last_line(tmp_path):
    """The error is the child's own, with its status."""
    child = start(tmp_path, "import sys; sys.exit('no such file: give another')")
    with pytest.raises(ChildFailed, match="status 1: no such file: give another"):
        child.wait_for("ready", WALL_SECONDS)


def test_of_a_java_trace_the_deepest_cause_is_told(tmp_path):
    """Not its last line, which says `... 19 more`."""
    trace = ["py4j: a.B: outer", "\tat c", "Caused by: d.E: no such folder", "\t... 19 more"]
    child = start(tmp_path, f"import sys; sys.exit({chr(10).join(trace)!r})")
    with pytest.raises(ChildFailed, match=r"status 1: d\.E: no such folder$"):
        child.wait_for("ready", WALL_SECONDS)


def test_a_silent_child_is_not_awaited_for_ever(tmp_path):
    """The error names the log."""
    child = start(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(ChildFailed, match="log"):
        child.wait_for("ready", 0.2)
    child.stop()


def test_a_program_that_is_not_there_is_a_sentence(tmp_path):
    """Not a traceback."""
    child = ChildProcess([tmp_path / "nothing"], log=tmp_path / "log")
    with pytest.raises(ChildFailed, match=r"cannot run .*nothing: No such file"):
        child.wait_for("ready", WALL_SECONDS)


def test_a_stubborn_child_is_killed_with_its_children(tmp_path):
    """SIGTERM ignored: SIGKILL for the whole group."""
    code = (
        "import json, signal, subprocess, sys, time; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(json.dumps({'event': 'ready', 'pid': p.pid}), flush=True); time.sleep(60)"
    )
    child = start(tmp_path, code)
    grandchild = child.wait_for("ready", WALL_SECONDS)["pid"]
    child.stop(0.2)
    assert child.exit_code == -signal.SIGKILL
    assert gone(grandchild)


def test_what_a_child_leaves_behind_ends_with_it(tmp_path):
    """Even when the child ends by itself."""
    code = (
        "import json, subprocess, sys; "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(json.dumps({'event': 'ready', 'pid': p.pid}), flush=True)"
    )
    child = start(tmp_path, code)
    grandchild = child.wait_for("ready", WALL_SECONDS)["pid"]
    assert child.wait(WALL_SECONDS) == 0
    assert gone(grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills the orphans")
def test_children_die_with_a_starter_that_is_killed(tmp_path):
    """SIGKILL leaves the starter no chance to clean up; the kernel does."""
    code = (
        "import json, sys, time; from pathlib import Path; from sandbox.process import *; "
        f"c = ChildProcess([sys.executable, '-c', 'import time; time.sleep(60)'], "
        f"log=Path({str(tmp_path / 'inner')!r})); "
        "print(json.dumps({'event': 'ready', 'pid': c.pid}), flush=True); time.sleep(60)"
    )
    starter = start(tmp_path, code)
    child = starter.wait_for("ready", WALL_SECONDS)["pid"]
    os.kill(starter.pid, signal.SIGKILL)
    assert gone(child)


def test_messages_go_both_ways(tmp_path):
    """A line on stdin, a line back."""
    code = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
    child = start(tmp_path, code, stdin=True)
    child.send({"event": "echo", "text": "ü"})
    assert child.wait_for("echo", WALL_SECONDS)["text"] == "ü"
    child.stop()
    with pytest.raises(ChildFailed, match="status"):
        child.send({"event": "echo"})
