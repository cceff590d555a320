"""A log line is a declared event, its fields and its time."""

import io
import json
import logging
from dataclasses import dataclass

from telemetry import Event, Log


class GapFound(Event, level="warning"):
    listing: str
    items: int


class Started(Event):
    tracked: int


def test_a_line_is_the_events_name_level_fields_and_time():
    """Everything an event declares is in its line, under the names it declares."""
    stream = io.StringIO()
    Log(stream).emit(GapFound("comments", 3))
    line = json.loads(stream.getvalue())
    assert line.pop("logged_at").endswith("Z")
    assert line == {"event": "gap_found", "level": "warning", "listing": "comments", "items": 3}


def test_a_line_is_ascii_whatever_reddit_s_texts_hold(tmp_path):
    """Half a surrogate pair in a name must not end whoever logs it."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        Log(stream).emit(GapFound("wsb \ud83d 🦍", 3))
    (line,) = (tmp_path / "log").read_bytes().decode("ascii").splitlines()
    assert json.loads(line)["listing"] == "wsb \ud83d 🦍"


@dataclass
class Totals:
    read: int


class Stopped(Event):
    at: str
    totals: Totals


def test_a_packages_totals_are_fields_of_the_line():
    """They are declared once and logged by several events."""
    assert Stopped("now", Totals(read=7)).values() == {"at": "now", "read": 7}


def test_what_is_less_important_is_not_written():
    """A command's output is free of events that only an operator wants."""
    stream = io.StringIO()
    log = Log(stream, least=logging.WARNING)
    log.emit(Started(1))
    assert not stream.getvalue()
    log.emit(GapFound("new", 1))
    assert stream.getvalue().count("\n") == 1


def test_the_last_warnings_are_kept():
    """A status shows them; information is not among them."""
    log = Log(io.StringIO(), least=logging.ERROR)
    for number in range(7):
        log.emit(GapFound("new", number))
        log.emit(Started(number))
    assert [each.event for each in log.warnings] == [GapFound("new", n) for n in range(2, 7)]
    assert log.warnings[0].logged_at.endswith("Z")
