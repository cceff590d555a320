"""A run can be watched: on a terminal nothing jumps, in a log a line comes now and then."""

import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.demo import screen as screens
from sandbox.demo.options import Options
from sandbox.demo.panel import RunProgress, hours_of, line_of, minutes_of, panel_of
from sandbox.demo.recent import Recent
from sandbox.demo.screen import Screen
from tests.support.demo_snapshots import snapshot

OPTIONS = Options(build=Path(), hours=1)


def progress_of(scale, crossed=0, **changes):
    """Return a run half an hour old whose figures are so large."""
    lags = {"producer": 12.0, "stream": 105.0, "lake": 0.0}
    now = {
        "published": 40 * scale, "read": 39 * scale, "sent": 160 * scale, "passed": 9 * scale,
        "landed": 8 * scale, "queryable": 7 * scale, "reached": 4 * scale, "found": 3 * scale,
        "requests": 660, "looks": 540, "lags_seconds": lags,
        "crossed": [{"id": f"t1_{n}", "age_seconds": 60.0 * n, "score": n} for n in range(crossed)],
    }  # fmt: skip
    recent = Recent(OPTIONS, snapshot(at=1000.0))
    recent.add(snapshot(at=2800.0, wall_at=15.0, **now | changes))
    return RunProgress(OPTIONS, recent, 118.0)


def drawn(progress, width, height):
    console = Console(file=StringIO(), width=width, height=height)
    console.print(panel_of(progress, console.size))
    return console.file.getvalue().splitlines()


def places(lines):
    """Return where words begin that are no figures, line by line."""
    words = ("published", "landed", "found", "quota", "behind", "times", "left", "lately", "score")
    return {
        word: (number, line.index(word))
        for number, line in enumerate(lines)
        for word in words
        if word in line
    }


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_panel_fits_and_stays_where_it_is(width, height):
    """From the first record to millions of them, with a line to spare for the step."""
    pictures = [
        drawn(progress_of(0), width, height),
        drawn(progress_of(1, crossed=1), width, height),
        drawn(progress_of(9999, crossed=20), width, height),
    ]
    for lines in pictures:
        assert len(lines) == len(pictures[0]) < height
        assert all(len(line) <= width for line in lines)
        assert places(lines) == places(pictures[0])
    assert len(places(pictures[0])) == 9


def test_the_panel_says_how_it_goes():
    """Lags are those of the wall: 105 s of the clock are under a second."""
    text = "\n".join(drawn(progress_of(1000, crossed=3), 80, 24))
    for words in (
        "118 times as fast",
        "0:15 left",
        "40,000",
        "1,333/min",
        "3,000 of  4,000 that truly reached 10     75%",
        "22 of     30 requests/min: 4 polls, 18 looks",
        "producer  0.1 s, Flink  0.9 s, lake job  0.0 s",
    ):
        assert words in text
    assert text.index("t1_2") < text.index("t1_1")  # the newest first


def test_a_line_says_it_too():
    """For logs, and for live Reddit, whose truth nobody knows."""
    assert line_of(progress_of(10)) == (
        "00:46  118x   0:15 left  published 400  read 390  sent 1,600  passed 90  landed 80"
        "  queryable 70  found 30 of 40  22/30 requests/min"
    )
    unknown = dict.fromkeys(("published", "read", "reached", "found", "requests", "looks"))
    line = line_of(progress_of(10, **unknown))
    assert "published n/a  read n/a" in line


def test_without_a_terminal_there_is_a_line_a_step_and_one_now_and_then(monkeypatch):
    """So that nobody waits ten seconds and sees nothing."""
    monkeypatch.setattr(screens, "REFRESH_PER_SECOND", 500)
    monkeypatch.setattr(screens, "SET_UP_LINE_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(screens, "LINE_EVERY_SECONDS", 60)
    console = Console(file=StringIO(), width=80)

    def wait_for(text, times=1):
        deadline = time.monotonic() + 10
        while console.file.getvalue().count(text) < times:
            assert time.monotonic() < deadline, console.file.getvalue()
            time.sleep(0.005)

    with Screen(OPTIONS, console) as screen:
        screen.tell("terraform apply", 'aws_s3_bucket.x["lake"]')
        wait_for('terraform apply   0 s  aws_s3_bucket.x["lake"]\n', times=2)
        screen.show("replaying", progress_of(1).recent, 118.0)
        wait_for("  replaying\n")
        screen.show("draining", progress_of(1).recent, 118.0)
        wait_for("  draining\n")
    assert console.file.getvalue().count("replaying") == 1


def test_on_a_terminal_the_step_stands_below_the_panel():
    """With its seconds, and gone at the end."""
    console = Console(file=StringIO(), width=80, height=24, force_terminal=True)
    with Screen(OPTIONS, console) as screen:
        screen.tell("terraform apply", "41 of 80 resources " + "and more" * 9)
        assert plain(screen) == ("terraform apply   0 s  41 of 80 resources " + "and more" * 9)[:76]
        screen.show("draining", progress_of(1).recent, 118.0)
        picture = plain(screen)
        assert picture.index("WSB Stream") < picture.index("draining   0 s")


def plain(screen):
    console = Console(file=StringIO(), width=80, height=24)
    console.print(screen._picture())
    return console.file.getvalue().strip().lstrip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")


def test_times_are_read_at_a_glance():
    """Minutes and seconds of the wall, hours and minutes of age."""
    assert [minutes_of(s) for s in (0, 59.7, 61, 3599)] == ["0:00", "1:00", "1:01", "59:59"]
    assert [hours_of(s) for s in (59, 60, 3661)] == ["0 min", "1 min", "1 h 01 min"]
