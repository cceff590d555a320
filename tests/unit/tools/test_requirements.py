"""The pins name every package, with hashes, and neither an index nor a path of a machine."""

import re
from importlib import metadata

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.project import REQUIREMENTS

PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)( ; (?P<marker>[^\\]+))?")
FILES = sorted(REQUIREMENTS.glob("*.txt"))
EXTRAS = {"dev": ("", "dev"), "producer": ("",), "lake": ("lake",)}
OWN = [Requirement(text) for text in metadata.requires("wsb-stream")]


def pins(name, *, here=False):
    """Return the pinned versions by canonical name; a package may have one for each Python.

    `here` leaves out those of another Python or another system.
    """
    found = {}
    for line in (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        pinned = PINNED.match(line)
        other = pinned and here and pinned["marker"] and not Marker(pinned["marker"]).evaluate()
        if pinned and not other:
            found.setdefault(canonicalize_name(pinned["name"]), set()).add(pinned["version"])
    return found


def asked_for(name):
    """Return what these pins are made from: requirements/*.in, or pyproject.toml as installed."""
    source = REQUIREMENTS / f"{name}.in"
    if source.exists():
        lines = source.read_text(encoding="utf-8").splitlines()
        return [Requirement(line) for line in lines if line and not line.startswith("#")]
    return [
        one
        for one in OWN
        for extra in EXTRAS[name]
        if ("extra" in str(one.marker) or not extra)
        and (one.marker is None or one.marker.evaluate({"extra": extra}))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_package_is_pinned_and_hashed_for_any_machine(path):
    """Nothing is installed that was not seen before; no index, no path and no package of ours."""
    text = path.read_text(encoding="utf-8")
    entries = text.replace("\\\n", "").splitlines()
    assert entries
    assert [e for e in entries if not PINNED.match(e) or "--hash=sha256:" not in e] == []
    assert not re.search(r"://|--find-links|index-url|(^|\s)/\w|^wsb[-_]stream", text, re.MULTILINE)


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_what_is_asked_for_is_pinned_within_its_bounds(name):
    """The pins agree with pyproject.toml and requirements/*.in; `make requirements` fixes it."""
    pinned, wanted = pins(name, here=True), asked_for(name)
    assert wanted
    wrong = {
        str(one): versions
        for one in wanted
        if not (versions := pinned.get(canonicalize_name(one.name), set()))
        or not all(version in one.specifier for version in versions)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", ["producer", "lake"])
def test_what_runs_in_aws_is_what_the_tests_ran_with(name):
    """The same release everywhere."""
    tested = pins("dev")
    assert {package: v for package, v in pins(name).items() if not v <= tested[package]} == {}
