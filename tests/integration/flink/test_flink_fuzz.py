"""A hundred thousand hostile records: each goes where the contract says, and the job keeps pace."""

import base64
import json
import subprocess
from collections import Counter

import pytest

import contract
from contract import format_instant
from tests.conftest import need
from tests.integration.flink.test_flink_judgement import (
    FLINK_PYTHON,
    JUDGE,
    read_parts,
    reference_qualifies,
    write_rows,
)
from tests.support.fuzz_lines import fuzz_lines, own
from tests.support.hostile_lines import ARRIVED_AT, encode
from tests.support.lake_world import KINDS
from wsb_lake.settings import LANDING_PREFIX

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = [pytest.mark.integration, pytest.mark.slow]

COUNT = 100_000
RUN = "sticky,10"
SECONDS_MAX = 500
LANDED_LINES = 5_000  # of an object
PACE = 6  # hostile bytes may take so many times as long as ordinary ones


def judged(folder, lines):
    """Return what Flink made of these lines: those kept, the dead letters, and its seconds."""
    folder.mkdir()
    write_rows(folder / "lines.json", lines)
    done = subprocess.run(
        [FLINK_PYTHON, JUDGE, folder, RUN], capture_output=True, text=True, timeout=SECONDS_MAX,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    kept = [base64.b64decode(line) for line in read_parts(folder / RUN / "observations", "line")]
    letters = [json.loads(row) for row in read_parts(folder / RUN / "dead_letters", "letter")]
    return kept, letters, float((folder / RUN / "seconds").read_text())


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """Return the lines, each with the contract's reason, and what Flink made of them."""
    need(FLINK_PYTHON.exists(), f"no Flink at {FLINK_PYTHON}: set WSB_FLINK_PYTHON")
    folder = tmp_path_factory.mktemp("fuzz")
    lines = list(fuzz_lines(COUNT))
    reasons = [contract.problem_of_line(line, arrived_at=ARRIVED_AT) for line in lines]
    ordinary = [encode(own(number)) for number in range(COUNT)]
    seconds = judged(folder / "ordinary", ordinary)[2]
    return lines, reasons, judged(folder / "hostile", lines), seconds / len(ordinary)


def test_none_is_missing_and_each_has_its_reason(fuzzed):
    """All that is refused is a dead letter, in order, with the contract's reason."""
    lines, reasons, (kept, letters, _), _ = fuzzed
    assert [letter["reason"] for letter in letters] == [reason for reason in reasons if reason]
    valid = [line for line, reason in zip(lines, reasons, strict=True) if reason is None]
    expected = [line for line in valid if reference_qualifies(json.loads(line), "sticky", 10)]
    assert kept == expected
    assert len(letters) > COUNT // 2
    assert len(expected) > COUNT // 20
    assert len({reason.partition(":")[0] for reason in reasons if reason}) == 8


def test_the_job_keeps_pace(fuzzed):
    """Byte for byte it takes no more than a few times as long as ordinary records take."""
    lines, _, (_, _, seconds), second_each = fuzzed
    size = sum(map(len, lines)) / len(encode(own(1)))
    assert seconds < PACE * second_each * size


def test_the_valid_ones_are_in_the_lake(fuzzed, lake):
    """Each of them is a row; those of a later contract stay landed, none is set aside."""
    kept = fuzzed[2][0]
    known, newer = [], []
    for line in kept:
        version = json.loads(line)["schema_version"]
        (known if version <= contract.SCHEMA.version else newer).append(line)
    assert known
    assert newer
    for first in range(0, len(known), LANDED_LINES):
        lake.land(*known[first : first + LANDED_LINES])
    left = lake.land(*newer)
    lake.job().run()
    assert lake.keys(LANDING_PREFIX) == [left]
    assert lake.keys("landing_rejects/") == []
    expected = {kind: set() for kind in contract.SCHEMA.kinds}
    for record in map(json.loads, known):
        expected[record["kind"]].add((record["id"], record["observed_at"]))
    for table, kind in KINDS.items():
        rows = lake.rows(table)
        found = [(row["id"], format_instant(row["observed_at"].timestamp())) for row in rows]
        assert Counter(found) == Counter(expected[kind])
