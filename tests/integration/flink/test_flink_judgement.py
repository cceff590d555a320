"""The application on Flink against the contract: the same reason and answer for each line."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

import contract
from contract import SCHEMA
from contract.validation import LINE_BYTES_MAX
from tests.conftest import PROJECT, need
from tests.support.hostile_lines import ARRIVED_AT, corpus

pytestmark = pytest.mark.integration

FLINK_PYTHON = Path(os.environ.get("WSB_FLINK_PYTHON", PROJECT / ".venv-flink" / "bin" / "python"))
JUDGE = Path(__file__).with_name("judge_lines.py")
SECONDS_MAX = 400
RUNS = {"sticky,10": ("sticky", 10), "strict,3": ("strict", 3)}


def problem_of_line(line):
    """Return the contract's reason, as of a line that arrived with all the others."""
    return contract.problem_of_line(line, arrived_at=ARRIVED_AT)


def reference_qualifies(record, filter_mode, min_score):
    """Say in plain Python which valid observations go on."""
    if record["kind"] != "comment" or record["state"] != "live":
        return True
    if filter_mode == "sticky":
        return record["peak_score"] is not None and record["peak_score"] >= min_score
    if record["score_hidden"] or record["score"] is None:
        return False
    return record["score"] >= min_score


def write_rows(path, lines):
    """Write these lines as judge_lines.py reads them."""
    arrival = {"arrived_at_ms": round(ARRIVED_AT * 1000)}
    with path.open("w") as file:
        for line in lines:
            file.write(json.dumps({"line": base64.b64encode(line).decode(), **arrival}) + "\n")


def read_parts(folder, column):
    parts = sorted(folder.glob("part-*"), key=lambda part: int(part.name.split("-")[-1]))
    return [json.loads(row)[column] for part in parts for row in part.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def lines():
    return corpus()


@pytest.fixture(scope="module")
def results(lines, tmp_path_factory):
    """Return (kept lines, dead letters, plan) by run, from one mini cluster."""
    need(FLINK_PYTHON.exists(), f"no Flink at {FLINK_PYTHON}: set WSB_FLINK_PYTHON")
    folder = tmp_path_factory.mktemp("judgement")
    write_rows(folder / "lines.json", lines)
    done = subprocess.run(
        [FLINK_PYTHON, JUDGE, folder, *RUNS], capture_output=True, text=True, timeout=SECONDS_MAX,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return {
        run: (
            [base64.b64decode(kept) for kept in read_parts(folder / run / "observations", "line")],
            [json.loads(row) for row in read_parts(folder / run / "dead_letters", "letter")],
            (folder / run / "plan").read_text(),
        )
        for run in RUNS
    }


@pytest.mark.parametrize("run", RUNS)
def test_the_reasons_are_the_contract_s(lines, results, run):
    """Each line that the contract refuses makes one dead letter, with the contract's reason."""
    expected = [(problem, line) for line in lines if (problem := problem_of_line(line))]
    letters = results[run][1]
    differing = [
        (want, got["reason"], line[:300], got["original"][:300])
        for (want, line), got in zip(expected, letters, strict=False)
        if want != got["reason"]
    ]
    assert differing[:5] == []
    assert len(letters) == len(expected)


@pytest.mark.parametrize("run", RUNS)
def test_what_goes_on_is_byte_for_byte_what_came(lines, results, run):
    """Valid lines that qualify come out as they are, in order, and nothing else does."""
    expected = [
        line
        for line in lines
        if problem_of_line(line) is None and reference_qualifies(json.loads(line), *RUNS[run])
    ]
    assert len(expected) > 500
    assert results[run][0] == expected


def test_each_line_is_judged_once(results):
    """Both inserts take the same verdict; a plan that judges for each costs twice."""
    assert results["sticky,10"][2].partition("Optimized Execution Plan")[2].count("PythonCalc") == 1


def test_a_dead_letter_carries_its_line(lines, results):
    """The original can be had back exactly, or its beginning where the whole would be too long."""
    refused = [line for line in lines if problem_of_line(line)]
    for line, letter in zip(refused, results["sticky,10"][1], strict=True):
        original = letter["original"]
        if letter["encoding"] == "base64":
            assert line.startswith(base64.b64decode(original))
        else:
            assert line.startswith(original.encode())
        if len(line) < 100_000:
            assert len(original) >= len(line.decode("utf-8", "ignore"))


def test_a_dead_letter_is_the_contract_s(results):
    """It has the contract's fields, the time of arrival, and never exceeds Firehose's limit."""
    for letter in results["sticky,10"][1]:
        assert set(letter) == {field.name for field in SCHEMA.dead_letter}
        assert letter["failed_at"] == "2021-01-28T14:30:00.123Z"
        assert len(json.dumps(letter, ensure_ascii=False).encode()) <= LINE_BYTES_MAX
