"""What the product logs is declared: every event, every field, every metric."""

import ast
import dataclasses
import re

import pytest

import producer.events
import wsb_lake.events
from producer.events import GapFound
from producer.totals import Totals
from telemetry import Event
from tests.conftest import PROJECT

EVENTS = {
    name: each
    for module in (producer.events, wsb_lake.events)
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, Event) and each is not Event
}
PACKAGES = ("producer", "wsb_lake", "flink_app")
LOGGER = re.compile(r"(.*[._])?(log|logger|logging|structlog)")
LOG_CALLS = {
    "critical", "debug", "error", "exception", "get_logger", "getLogger", "info", "log", "msg",
    "warn", "warning", "wrap_logger",
}  # fmt: skip
FILTER = re.compile(r'\$\.event = \\"(\w+)\\"')
FILTERED_FIELD = re.compile(r"\$\.(?!event\b)(\w+)")


def sources():
    """Return the product's files by path."""
    paths = (path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
    return {str(path.relative_to(PROJECT)): path.read_text(encoding="utf-8") for path in paths}


def parsed(files):
    return [(path, node) for path, text in files.items() for node in ast.walk(ast.parse(text))]


def is_event(node):
    return isinstance(node, ast.ClassDef) and "Event" in map(ast.unparse, node.bases)


def problems(files, declared):
    """Return what is logged and not declared, or declared and not logged."""
    made = set()
    found = []
    for path, node in parsed(files):
        if is_event(node) and not path.endswith("/events.py"):
            found.append(f"{path}: {node.name} is declared outside events.py")
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        receiver, _, method = name.rpartition(".")
        if method in LOG_CALLS and LOGGER.fullmatch(receiver):
            found.append(f"{path}: {name} is no emit of a declared event")
        if method == "emit" and not is_declared(node, declared):
            found.append(f"{path}: {ast.unparse(node)} emits no declared event")
        if method in declared:
            made.add(method)
            unknown = {each.arg for each in node.keywords} - set(declared[method].__annotations__)
            found += [f"{path}: {method} declares no {field}" for field in sorted(unknown, key=str)]
    return found + [f"{name} is declared and never emitted" for name in declared.keys() - made]


def is_declared(emit, declared):
    """Tell whether it emits what is made in place, or a value, which mypy holds to be an Event."""
    if len(emit.args) != 1 or emit.keywords:
        return False
    (event,) = emit.args
    made = isinstance(event, ast.Call) and ast.unparse(event.func).rpartition(".")[2] in declared
    return made or isinstance(event, ast.Name)


def test_every_log_call_emits_a_declared_event_and_every_event_is_emitted():
    """An operator reads events.py and knows all that a log can hold."""
    assert problems(sources(), EVENTS) == []
    assert {"GapFound", "Progress", "LakeRunDone"} <= EVENTS.keys()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("log.emit(GapFound(listing='new'))", []),
        ("gap = GapFound('new')\nself._log.emit(gap)", []),
        ("log.emit(events.GapFound('new'))", []),
        ("", ["GapFound is declared and never emitted"]),
        ("GapFound('new')\nself._log.warning('gap')", ["self._log.warning is no emit"]),
        ("GapFound('new')\nlogging.getLogger('x')", ["logging.getLogger is no emit"]),
        ("GapFound('new')\nlog.emit('gap')", ["log.emit('gap') emits no declared"]),
        ("GapFound('new')\nlog.emit(Hole('new'))", ["log.emit(Hole('new')) emits no declared"]),
        ("GapFound('new', level='x')", ["GapFound declares no level"]),
        ("log.emit(GapFound(items=3))", ["GapFound declares no items"]),
        ("GapFound('new')\nclass Hole(Event): pass", ["Hole is declared outside events.py"]),
    ],
)
def test_what_is_not_declared_is_found(source, expected):
    found = problems({"producer/x.py": source}, {"GapFound": GapFound})
    assert len(found) == len(expected)
    assert all(part in line for part, line in zip(expected, found, strict=True))


def test_every_metric_is_declared_and_counted():
    """`progress` shows the fields of Totals: no more are counted, and none stays 0 for ever."""
    counted = {
        node.attr
        for path, node in parsed(sources())
        if path.startswith("producer/")
        and isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("totals")
    }
    assert counted == {field.name for field in dataclasses.fields(Totals)}


def test_alarms_watch_for_declared_events():
    """A metric filter that matches nothing would stay silent for ever."""
    declared = {each.name(): each.__annotations__.keys() for each in EVENTS.values()}
    filters = [
        line
        for path in sorted((PROJECT / "terraform").glob("*.tf"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if FILTER.search(line)
    ]
    assert filters
    for line in filters:
        assert set(FILTERED_FIELD.findall(line)) <= declared[FILTER.search(line)[1]]
