"""The whole system on one machine: real processes, sockets and Terraform; the audit decides."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from rich.console import Console

import wsb_lake
from clock import FileClock
from sandbox.audit import Finding
from sandbox.aws.environment import REGION
from sandbox.demo.folder import ENVIRONMENT, clear, hold
from sandbox.demo.options import Options
from sandbox.demo.replay import Replay
from sandbox.demo.run import audit_demo
from sandbox.demo.running import SANDBOX_REDDIT, start_demo
from sandbox.demo.screen import Screen
from sandbox.demo.stack import PROJECT
from sandbox.demo.waiting import wait_until
from sandbox.process import ChildProcess
from sandbox.reddit.datafile import write_records
from sandbox.reddit.generator.day import DAY_START, Plan, generate_day, generate_records
from sandbox.reddit.realism import Realism
from sandbox.reddit.world import World
from tests.support.points_in_time import PointsInTime

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

KEPT = "Everything stays up until Ctrl-C, and the lines above ask it.\n"
SEED, HOURS = 3, 0.75
SIGKILL = int(signal.SIGKILL)
OUTAGE_SECONDS = 300.0  # clock
IN_FLIGHT_SECONDS = 300.0  # clock; what an answer may take to the stream, 3.3 s of wall time
BACK_SECONDS = 60.0  # clock; the restarted producer has walked both listings by then
MORE_THAN_COMPARED = 30  # rows, of what a reader saw at three moments of the run
LOST_MOST = 5  # of some 200 things that those five minutes bring; 4 come and go meanwhile in seed 3


def demo(build, *arguments, **popen):
    command = [sys.executable, "-m", "wsb", "sandbox", "demo", "--build", str(build), *arguments]
    return subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen
    )


def finished(process):
    out, err = process.communicate(timeout=1100)
    return process.returncode, out, err


@pytest.mark.slow
def test_after_ctrl_c_a_run_starts_clean_and_kill_9_of_its_producer_loses_nothing(tmp_path):
    """An interrupted run leaves no process and nothing that the next one trips over.

    The next one's producer is killed without warning, away for five minutes, started again, and
    reads up what it missed. But for what came and went meanwhile, which nobody can read any more:
    after it was killed, or so shortly before that the answer which showed it died with it.
    """
    interrupt_while_it_sets_up(tmp_path)
    options = Options(build=tmp_path, hours=HOURS, speed=90.0, seed=SEED)
    with ExitStack() as exits:
        exits.enter_context(hold(tmp_path))
        clear(tmp_path)
        running = start_demo(options, SANDBOX_REDDIT, exits)
        replay = Replay(running, Screen(options, Console(quiet=True)))
        replay.begin()
        replay.run_until(running.start_at + 900)
        killed_at = running.clock.now()
        running.aws.post("instances/kill", signal=SIGKILL)
        running.clock.set_speed(options.speed)
        running.clock.wait(OUTAGE_SECONDS)
        running.clock.set_speed(1.0)
        before = running.snapshot().requests
        running.aws.post("instances/boot")
        wait_until(lambda: running.snapshot().requests > before, "the restarted producer")
        back_at = running.clock.now()
        points = PointsInTime(lambda: reader_of(running))
        for left in (900.0, 450.0, 0.0):
            replay.run_until(replay.end_at - left)
            points.take()
        stream = replay.drain()
        assert points.compared() > MORE_THAN_COMPARED
        found, end = audit_demo(running, stream), running.snapshot()
    findings = dict(found.findings)
    # The answer that died with the process may have shown a score that no later look shows again.
    assert len(findings.pop(Finding.NOT_KEPT, ())) <= 1
    # It may also have gone while the restarted producer still read down to it.
    losses = (Finding.UNREAD, Finding.UNASKED, Finding.UNACKNOWLEDGED)
    lost = {fullname for loss in losses for fullname in findings.pop(loss, ())}
    assert lost <= gone_within(killed_at - IN_FLIGHT_SECONDS, back_at + BACK_SECONDS)
    assert len(lost) <= LOST_MOST
    # What died with it is told by a later look; what it had not saved yet, it sees as if first.
    findings.pop(Finding.UNTOLD, None)
    again = {one.partition(" of ")[0] for one in findings.pop(Finding.NOT_AS_ANSWERED, ())}
    assert again <= {"cause", "peak_score"}
    assert findings == {}
    assert found.served > 500
    assert found.kept > 0
    assert stream.gaps == 0
    assert replay.stalled == []
    # What was live before a tombstone landed is not let in: the audit has compared row by row.
    assert 0 < end.queryable <= end.landed
    assert 0 < end.found <= end.reached


def reader_of(running):
    return wsb_lake.open(
        database=running.outputs["lake_database_name"], region=REGION, endpoint_url=running.aws.url
    )


def interrupt_while_it_sets_up(build):
    """Start a run as a person does, press Ctrl-C once its servers are up, and see it end."""
    process = demo(build, "--hours", "1", start_new_session=True)
    aws_log = build / "run" / "aws.log"
    deadline = time.monotonic() + 300
    while not (aws_log.exists() and "ready" in aws_log.read_text()):
        assert time.monotonic() < deadline, "the sandbox's AWS never got ready"
        time.sleep(0.2)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    status, _, err = finished(process)
    assert status == 130
    assert "nothing is left running" in err
    assert psutil.wait_procs(children, timeout=30)[1] == []
    assert not (build / ENVIRONMENT).exists()


def gone_within(since, until):
    """Return what appeared and was deleted or removed for good, all in one span of the day."""
    day = World(list(generate_day(Plan(SEED, HOURS))), Realism(SEED))
    return {
        name
        for name, thing in day.things.items()
        if day.appears_at[name] >= since and thing.live_spans()[-1][1] <= until
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wsb_quiet_weekend_2021-01-02", "wsb_weekday_2020-12-08"])
def test_the_demo_audits_every_comment_of_a_real_day(real_data, tmp_path, name):
    """Real trajectories: nothing missing, nothing duplicated, kept is what had to be kept."""
    data = real_data / f"{name}.ndjson.gz"
    status, out, err = finished(demo(tmp_path, "--data", str(data), "--hours", "6"))
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (status, summary["problems"]) == (0, []), out + err
    assert (summary["missing"], summary["duplicates"]) == (0, 0)
    assert summary["kept"] == summary["kept_expected"] > 100
    assert summary["recall_true"] > 0.9


@pytest.mark.slow
def test_a_live_run_reads_a_reddit_that_waits_for_nobody_and_stays_to_be_asked(tmp_path):
    """The replay server stands for reddit.com: same address setting, real time, own credentials.

    In a folder with a name that trips whoever takes it for an address. Kept up, `env` is all that
    the check and the lake's reader need; after the goodbye the lake is read from its files.
    """
    now = time.time()
    data = tmp_path / "today.ndjson.gz"
    write_records(data, [moved(one, now) for one in generate_records(Plan(seed=5, hours=1))])
    FileClock.create(tmp_path / "clock", now=now, speed=1.0)
    command = [sys.executable, "-m", "sandbox.reddit", "--data", str(data)]
    command += ["--clock-file", str(tmp_path / "clock")]
    reddit = ChildProcess(command, log=tmp_path / "reddit.log", directory=PROJECT)
    build = tmp_path / "ä b%20c"
    try:
        url = reddit.wait_for("ready", 60)["url"]
        own = {f"praw_{name}": value for name, value in SANDBOX_REDDIT.items()}
        environment = {**os.environ, **own, "WSB_REDDIT_URL": url}
        process = demo(build, "--live", "--hours", "0.02", "--keep", env=environment)
        out = "".join(iter(lambda: next_line(process), KEPT))
        check = sourced(build, "wsb", "check")
        assert check.returncode == 0, check.stdout + check.stderr
        kept_up = latest_of(build)
        process.send_signal(signal.SIGINT)
        status, goodbye, err = finished(process)
    finally:
        reddit.stop(30)
    assert status == 0, out + err
    assert "Goodbye" in goodbye
    assert "AWS_ENDPOINT_URL" not in (build / ENVIRONMENT).read_text()
    assert latest_of(build) == kept_up > 0
    (look_back,) = (line.split() for line in out.splitlines() if "wsb lake history" in line)
    history = sourced(build, *look_back[-4:])
    assert "score" in history.stdout, history.stderr
    summary = json.loads((build / "summary.json").read_text())
    assert summary["missing"] == summary["duplicates"] == 0
    assert summary["acknowledged"] > 1000  # half an hour of the past, and what came since
    assert summary["kept"] > 0
    for name in (
        *("served", "read", "kept_expected", "recall_true"),
        *("requests_per_minute_max", "requests_per_minute_mean"),
    ):
        assert summary[name] is None, name  # nobody can know


def sourced(build, command, *arguments):
    """Run a command of the project in a shell that has read what the run left."""
    script = '. "$0" && exec "$@"'
    program = Path(sys.executable).parent / Path(command).name
    return subprocess.run(
        ["/bin/sh", "-c", script, str(build / ENVIRONMENT), str(program), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def next_line(process):
    return process.stdout.readline() or pytest.fail(process.stderr.read())


def latest_of(build):
    """Return how many live comments the lake shows."""
    code = "import wsb_lake; print(len(wsb_lake.open().latest()))"
    done = sourced(build, "python", "-c", code)
    return int(done.stdout or pytest.fail(done.stderr))


def moved(record, now):
    """Return a generated record at such times that half an hour lies in the past."""
    by = now - 1800 - DAY_START
    data = record["data"] | {"created_utc": record["data"]["created_utc"] + by}
    if data["edited"]:
        data["edited"] += by
    return record | {
        "data": data,
        "observations": [[at + by, *shown] for at, *shown in record["observations"]],
        "changes": [[at + by, *shown] for at, *shown in record["changes"]],
    }


def test_a_live_run_without_credentials_says_what_is_missing(tmp_path):
    """At once, before anything is deployed."""
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    own = {name: v for name, v in os.environ.items() if not name.startswith(("praw_", "AWS_"))}
    status, _, err = finished(demo(tmp_path / "build", "--live", env={**own, **home}))
    assert status == 1
    assert "Traceback" not in err
    assert "praw.ini" in err
    assert not (tmp_path / "build").exists()


def test_data_broken_further_down_gets_one_clear_sentence(tmp_path):
    """Before anything starts, and what the last run left stays."""
    data = tmp_path / "day.ndjson"
    write_records(data, generate_records(Plan(seed=5, hours=0.1)))
    with data.open("ab") as file:
        file.write(b'{"kind": "t1"')
    status, _, err = finished(demo(tmp_path / "build", "--data", str(data)))
    assert status == 1
    assert "Traceback" not in err
    assert f"Error: {data}, line " in err
    assert not (tmp_path / "build").exists()


def test_without_terraform_the_demo_says_what_to_install(tmp_path):
    """No Terraform on PATH: one sentence."""
    environment = {**os.environ, "PATH": str(tmp_path), "WSB_TERRAFORM": str(tmp_path / "none")}
    status, _, err = finished(demo(tmp_path / "build", "--hours", "0.1", env=environment))
    assert status == 1
    assert "Traceback" not in err
    assert "erraform" in err
