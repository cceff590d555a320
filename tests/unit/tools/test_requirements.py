"""The pins name every package, with hashes, and neither an index nor a path of a machine."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import wanted_by
from tools.project import REQUIREMENTS

PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)")
FILES = sorted(REQUIREMENTS.glob("*.txt"))
EXTRAS = [("dev", ("dev",), True), ("producer", (), True), ("lake", ("lake",), False)]


def pins(name):
    """Return the pinned versions by canonical name; a package may have one for each Python."""
    found = {}
    for line in (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        pinned = PINNED.match(line)
        if pinned:
            found.setdefault(canonicalize_name(pinned["name"]), set()).add(pinned["version"])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_is_pinned_and_hashed(path):
    """Nothing is installed that was not seen before."""
    entries = path.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    assert entries
    for entry in entries:
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_host_and_no_path_is_in_a_file(path):
    """They hold for any index and any machine."""
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--find-links" not in text
    assert "index-url" not in text
    assert not re.search(r"(^|\s)/\w", text)
    assert not re.search(r"^wsb[-_]stream", text, re.MULTILINE)


@pytest.mark.parametrize(("name", "extras", "base"), EXTRAS)
def test_every_direct_requirement_is_pinned_within_its_bounds(name, extras, base):
    """pyproject.toml and the pins agree; `make requirements` fixes it."""
    pinned = pins(name)
    for text in wanted_by(extras, base=base):
        wanted = Requirement(text)
        versions = pinned.get(canonicalize_name(wanted.name), set())
        if wanted.marker and not wanted.marker.evaluate():
            continue
        assert versions, f"{text} is not pinned: run `make requirements`"
        assert all(v in wanted.specifier for v in versions), f"{text}: run `make requirements`"


@pytest.mark.parametrize("name", ["producer", "lake"])
def test_what_runs_in_aws_is_what_the_tests_ran_with(name):
    """The same release everywhere."""
    tested = pins("dev")
    for package, versions in pins(name).items():
        assert versions <= tested[package], package


@pytest.mark.parametrize("source", sorted(REQUIREMENTS.glob("*.in")), ids=lambda path: path.name)
def test_what_is_asked_for_is_pinned(source):
    """Each requirements/*.in has its pins."""
    pinned = pins(source.stem)
    lines = source.read_text(encoding="utf-8").splitlines()
    for wanted in (Requirement(line) for line in lines if line and not line.startswith("#")):
        versions = pinned[canonicalize_name(wanted.name)]
        assert all(version in wanted.specifier for version in versions)
