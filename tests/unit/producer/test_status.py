"""A running producer can be asked what it does; one that is gone is not taken for running."""

import json
import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from producer.cli import produce
from producer.status import MINUTE_SECONDS, WRITE_SECONDS, Now, StatusFile, Trouble, read_status
from producer.status_page import duration, page, size

NOW = Now(
    doing="working",
    at="2021-03-03T16:00:00.000Z",
    gauges={"lag_seconds": 4.25, "requests_left": 31, "tracked": 12345, "outbox_bytes": 1_250_000},
    counts={"requests_poll": 20, "requests_look": 43, "records_sent": 100, "records_retried": 3},
    troubles=(Trouble("2021-03-03T15:59:00Z", "gap_found", "listing=comments"),),
)


class Ticks:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def file(tmp_path, ticks):
    made = StatusFile(tmp_path, ("wallstreetbets", "stocks"), monotonic=ticks)
    yield made
    made.close()


def test_what_was_written_is_read_back_whole(file, tmp_path, ticks):
    ticks.seconds += 125
    file.write(NOW)
    status = read_status(tmp_path)
    assert (status.subreddits, status.doing, status.at) == (
        ("wallstreetbets", "stocks"),
        "working",
        "2021-03-03T16:00:00.000Z",
    )
    assert (status.process, status.up_seconds) == (os.getpid(), 125.0)
    assert (status.gauges, status.counts) == (NOW.gauges, NOW.counts)
    assert status.troubles == NOW.troubles
    assert not list(tmp_path.glob("*.partial"))


def test_its_age_is_that_of_the_file(file, tmp_path):
    file.write(NOW)
    assert read_status(tmp_path).age_seconds < 30
    past = time.time() - 300
    os.utime(tmp_path / "status.json", (past, past))
    assert read_status(tmp_path).age_seconds == pytest.approx(300, abs=30)


def test_it_is_written_every_few_seconds_only(file, tmp_path, ticks):
    """And nothing is worked out for it in between."""
    asked = []

    def now():
        asked.append(ticks.seconds)
        return NOW

    for _ in range(10):
        file.write_if_due(now)
        ticks.seconds += WRITE_SECONDS / 2
    assert asked == [1000 + WRITE_SECONDS * turn for turn in range(5)]


def test_the_minute_is_the_last_sixty_seconds(file, tmp_path, ticks):
    """Before there were sixty, it is all there was."""
    minutes = []
    for sent in (10, 30, 60, 100):
        ticks.seconds += MINUTE_SECONDS / 2
        file.write(Now("working", "now", counts={"sent": sent}))
        minutes.append(read_status(tmp_path).minute["sent"])
    assert minutes == [10, 20 + 10, 60 - 10 + 0, 100 - 30]


def test_nothing_runs_once_it_is_closed_or_was_never_there(file, tmp_path):
    """Though the file is still there."""
    file.write(NOW)
    file.close()
    assert (tmp_path / "status.json").exists()
    assert read_status(tmp_path) is None
    assert read_status(tmp_path / "none") is None


def test_a_killed_producer_is_not_taken_for_running(tmp_path):
    """The kernel lets go of its lock."""
    program = (
        "import sys, pathlib; from producer.status import *\n"
        "file = StatusFile(pathlib.Path(sys.argv[1]), ('x',)); file.write(Now('working', 'now'))\n"
        "print('written', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert read_status(tmp_path).process == process.pid
        process.kill()
        process.wait()
        assert read_status(tmp_path) is None


def test_of_two_that_use_one_folder_the_one_that_works_is_heard(file, tmp_path, ticks):
    """The other one waits for its turn, and then says what it does."""
    file.write(NOW)
    waiting = StatusFile(tmp_path, ("other",), monotonic=ticks)
    waiting.write(Now("waiting", "now"))
    assert read_status(tmp_path).doing == "working"
    file.close()
    waiting.write(Now("working too", "now"))
    assert read_status(tmp_path).doing == "working too"
    waiting.close()


def test_the_page_says_what_is_known(file, tmp_path, ticks):
    """In words and units; what has no figure has no place on it."""
    ticks.seconds += 3725
    file.write(NOW)
    shown = page(read_status(tmp_path))
    head, process, _, *rows = shown.splitlines()
    assert head == "working; up for 1 h 02 min"
    assert f"process {os.getpid()} on " in process
    assert " for r/wallstreetbets, r/stocks; said " in process
    assert rows[:4] == [
        "reading       lag 4.2 s",
        "requests      63 in the last minute · 31 left · poll 20, look 43",
        "looking       12,345 tracked",
        "outbox        1.2 MB · 100 sent in the last minute · 3 sent again",
    ]
    assert rows[-1] == "  2021-03-03T15:59:00Z  gap_found  listing=comments"
    assert "WARNING" not in shown


def test_the_page_warns_of_silence(file, tmp_path):
    """A producer that hangs holds its lock too."""
    file.write(NOW)
    past = time.time() - 300
    os.utime(tmp_path / "status.json", (past, past))
    assert "WARNING: it runs, but has said nothing for 5 min" in page(read_status(tmp_path))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (9.96, "10.0 s"),
        (59, "59 s"),
        (61, "1 min 01 s"),
        (7260, "2 h 01 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_times_are_said_in_two_units(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2.5e9, "2.5 GB"), (2.5e13, "25000.0 GB")],
)
def test_sizes_are_short(count, said):
    assert size(count) == said


@pytest.fixture
def ask(tmp_path):
    def ask(*options, folder=tmp_path):
        environment = {"WSB_OUTBOX_FOLDER": str(folder) if folder else ""}
        return CliRunner().invoke(produce, ["--status", *options], env=environment)

    return ask


def test_the_command_shows_the_page_or_the_figures(file, ask, tmp_path):
    file.write(NOW)
    shown = ask()
    assert shown.exit_code == 0
    assert shown.output.startswith("working; up for")
    figures = json.loads(ask("--json").output)
    assert (figures["gauges"], figures["doing"]) == (NOW.gauges, "working")


def test_the_command_says_plainly_that_nothing_runs(ask, tmp_path):
    """With exit code 1, so that a script can ask."""
    shown = ask()
    assert (shown.exit_code, shown.output) == (
        1,
        f"Error: no producer is running that uses {tmp_path}\n",
    )
    shown = ask(folder=None)
    assert (shown.exit_code, "set WSB_OUTBOX_FOLDER" in shown.output) == (1, True)
    assert CliRunner().invoke(produce, ["--json"]).exit_code == 2


def test_the_file_is_json_that_others_can_read(file, tmp_path):
    file.write(NOW)
    assert json.loads((tmp_path / "status.json").read_text())["gauges"]["tracked"] == 12345
