"""The wheel holds the product, and `wsb` runs where only one extra is installed."""

import subprocess
import zipfile

import pytest

import wsb
from tests.support.lake_world import observation, save_lake
from tools.environments import BUILD_PINS, PYTHON
from tools.project import PROJECT, REQUIREMENTS
from tools.uv import run_uv

pytestmark = pytest.mark.integration

PRODUCT = {"clock", "contract", "telemetry", "producer", "wsb_lake", "wsb.py"}
FRAME = """
import os, sys, wsb_lake
os.environ["WSB_LAKE_FOLDER"] = sys.argv[1]
frame = wsb_lake.open().latest()
print(type(frame).__name__, list(frame.id), [str(frame.score.dtype)])
"""
SETTINGS = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "WSB_LAKE_BUCKET": "lake",
    "WSB_LAKE_DATABASE": "lake",
    "WSB_LAKE_STATE_TABLE": "lake",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pins = (*BUILD_PINS[:2], "--require-hashes")
    run_uv("build", "--wheel", "--out-dir", folder, *pins, PROJECT, purpose="the wheel")
    return next(folder.glob("*.whl"))


def environment(folder, wheel, extra=""):
    """Return a function that runs `wsb` where nothing is installed but the wheel and one extra."""
    run_uv("venv", "--python", PYTHON, folder, purpose="a bare environment")
    python, pins = folder / "bin" / "python", ("--constraints", REQUIREMENTS / "dev.txt")
    run_uv("pip", "install", "--python", python, *pins, f"{wheel}{extra}", purpose=f"wsb{extra}")

    def run(*arguments, program="wsb"):
        command = [folder / "bin" / program, *arguments]
        return subprocess.run(
            command, env=SETTINGS, cwd=folder, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture(scope="module")
def producer(wheel, tmp_path_factory):
    return environment(tmp_path_factory.mktemp("producer") / "venv", wheel)


@pytest.fixture(scope="module")
def reader(wheel, tmp_path_factory):
    return environment(tmp_path_factory.mktemp("reader") / "venv", wheel, "[reader]")


def sentence(refused):
    """Return the one line that a refusal printed."""
    assert refused.returncode == 1, refused.stdout + refused.stderr
    (line,) = refused.stderr.splitlines()
    return line


def test_the_wheel_holds_the_product_only(wheel):
    """Neither the sandbox nor tools, tests and Terraform: they belong to a checkout."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == PRODUCT
    assert "contract/observation.json" in names


@pytest.mark.parametrize("where", ["producer", "reader"])
def test_help_shows_every_command(where, request):
    """With any extra installed."""
    run = request.getfixturevalue(where)
    shown = run("--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(f"  {name}  " in shown.stdout for name in wsb.COMMANDS)
    assert run("--version").stdout.startswith("wsb, version ")


def test_a_producer_has_its_commands_and_is_told_what_others_need(producer):
    """In one sentence that can be followed from a checkout."""
    for command in ("produce", "check", "lake"):
        assert producer(command, "--help").returncode == 0
    assert sentence(producer("lake", "query", "select 1")).endswith(
        "; get a checkout of WSB Stream and run `pip install '.[reader]'` there "
        "('.[lake]' for `wsb lake settle` and the like)"
    )
    assert sentence(producer("sandbox", "demo")) == (
        "Error: `wsb sandbox` needs sandbox, which is not installed here; "
        "get a checkout of WSB Stream and run `make setup` there, then `.venv/bin/wsb sandbox`"
    )


def test_a_reader_reads_without_the_jobs_libraries(reader, tmp_path):
    """A saved lake as a pandas frame; a query gets as far as AWS; only the job needs more."""
    save_lake(tmp_path, observation("comment", "t1_a", score=12, peak_score=12))
    done = reader("lake", "query", "select id, score from comments", "--local", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "t1_a" in done.stdout
    shown = reader("-c", FRAME, str(tmp_path), program="python")
    assert (shown.stdout, shown.stderr) == ("DataFrame ['t1_a'] ['Int32']\n", "")
    assert "127.0.0.1:9" in sentence(reader("lake", "query", "select 1"))
    assert "needs pyarrow, which is not installed" in sentence(reader("lake", "settle"))
