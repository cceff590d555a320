"""Every block that a reader can paste runs, against a lake such as a demo leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import wsb_lake
from sandbox.demo.handout import end_environment
from sandbox.reddit.generator.day import generate_day
from tests.support.documents import blocks
from tests.support.lake_world import START, observation
from tools.score_picture import DAY
from wsb_lake.reader.glue import _load_extensions

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

NEEDS_AWS = "needs an AWS account"
# What cannot run here, by its first line, and why. Its commands are checked in tests/unit.
NOT_RUN = {
    "make setup": "sets up what this runs in, and runs all tests",
    "make demo": "tests/integration/test_demo.py runs whole demos",
    "cp terraform/terraform.tfvars.example terraform/terraform.tfvars": "changes the checkout",
    "make bench": "takes long; tests/unit/bench has its parts",
    ".venv/bin/wsb simulate": "takes minutes; tests/unit/sandbox/simulate has its parts",
    "make deploy": NEEDS_AWS,
    "make destroy": NEEDS_AWS,
    "git pull": NEEDS_AWS,
    "aws secretsmanager": NEEDS_AWS,
    "aws autoscaling": NEEDS_AWS,
    "aws kinesisanalyticsv2": NEEDS_AWS,
    "aws lambda": NEEDS_AWS,
    "aws logs": NEEDS_AWS,
    "aws s3": NEEDS_AWS,
    "cd /opt/wsb-stream": "needs the producer's machine",
    "select state, observed_at, landed_at, purged_at from tombstones": "is for Athena",
    "select c.id, t.state": "is for Athena",
}
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")  # the emulator's
RUN_AT_HOURS = (2.5, 8.0)  # runs of the lake job, after the day's beginning
LOOK_AGES_HOURS = (0.25, 0.75, 1.5, 3.0, 6.0)


def reason(block):
    return next((why for first, why in NOT_RUN.items() if block.title.startswith(first)), None)


def to_run(*languages):
    chosen = [block for block in blocks(*languages) if reason(block) is None]
    return [pytest.param(block, id=f"{block.page}: {block.title[:60]}") for block in chosen]


@pytest.fixture(scope="module")
def lake(new_lake):
    """Return a lake of the day that `make demo` generates, as looks at fixed ages show it."""
    world = new_lake()
    day = list(generate_day(DAY))
    begin = min(thing.created for thing in day)
    for run in RUN_AT_HOURS:
        world.clock.time = begin + run * 3600
        looks = [look for thing in day for look in looks_at(thing, world.clock.time)]
        world.land(*looks)
        world.job().run()
    return world


def looks_at(thing, until):
    """Yield a comment's observations from its first at 10 points on; of a post each."""
    for age in LOOK_AGES_HOURS:
        at = thing.created + age * 3600
        peak = thing.true_peak(thing.created, at) or 0
        if at > until or (thing.is_comment and peak < 10):
            continue
        live = thing.state_at(at) == "live"
        yield observation(
            "comment" if thing.is_comment else "post",
            thing.fullname,
            thing.created - START,
            at - START,
            state=str(thing.state_at(at)),
            score=thing.score_at(at),
            peak_score=peak,
            body=thing.data.get("body") if live else None,
            author="someone" if live else None,
        )


@pytest.fixture(scope="module")
def folder(lake, tmp_path_factory):
    """Return a folder like the checkout after a demo and a deployment."""
    here = tmp_path_factory.mktemp("checkout")
    settings = lake.settings
    reader = wsb_lake.open(
        database=settings.database,
        bucket=settings.bucket,
        region=settings.region,
        endpoint_url=settings.endpoint_url,
    )
    reader.save(here / "build/demo/lake")
    end_environment(here / "build/demo")
    (here / "build/lake.env").write_text(
        f"export AWS_REGION={settings.region} WSB_LAKE_BUCKET={settings.bucket}"
        f" WSB_LAKE_DATABASE={settings.database} AWS_ENDPOINT_URL={settings.endpoint_url}"
        f" WSB_LAKE_STATE_TABLE={settings.state_table}\n",
        encoding="utf-8",
    )
    (here / ".venv").symlink_to(Path(sys.executable).parents[1])
    return here


def test_each_exception_is_needed():
    """No reason without its block."""
    all_blocks = blocks("sh", "python", "sql")
    unused = [
        first for first in NOT_RUN if not any(block.title.startswith(first) for block in all_blocks)
    ]
    assert unused == []


@pytest.mark.parametrize("block", to_run("sh"))
def test_a_shell_block_runs(folder, block):
    """As it stands, in a shell that has only what the page has said before."""
    said = "" if ". build/" in block.text else ". build/demo/env\n"
    done = subprocess.run(
        ["/bin/bash", "-euc", said + block.text],
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "HOME", *KEYS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ("/wsb " in block.text) == bool(done.stdout)


OTHER_TOOLS = "docs/other-tools.md"
# DuckDB's extensions come from wheels here, not from its own server.
FROM_WHEELS = "INSTALL iceberg; LOAD iceberg; INSTALL httpfs; LOAD httpfs; "


def of_page(others):
    chosen = [block for block in blocks("python") if (block.page == OTHER_TOOLS) is others]
    return [pytest.param(block, id=f"{block.page} {n}") for n, block in enumerate(chosen)]


@pytest.mark.filterwarnings("ignore:Iceberg scan planning")  # polars advertises a package
@pytest.mark.parametrize("block", of_page(True))  # noqa: FBT003 - or the other pages
def test_other_tools_read_what_the_reader_reads(lake, monkeypatch, block):
    """Against Glue and S3 themselves, without `wsb_lake`; the values are the reader's."""
    settings = lake.settings
    for name, value in {
        "WSB_LAKE_DATABASE": settings.database,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
    }.items():
        monkeypatch.setenv(name, value)
    reader = wsb_lake.open(
        database=settings.database, region=settings.region, endpoint_url=settings.endpoint_url
    )
    text = block.text
    if FROM_WHEELS in text:
        text = text.replace(FROM_WHEELS, "").replace(
            "duck = duckdb.connect()", "duck = duckdb.connect(); _load_extensions(duck)"
        )
    names = {"_load_extensions": _load_extensions}
    exec(compile(text, block.page, "exec"), names)  # noqa: S102 - what a reader would paste
    bound = {"since": "2021-03-03T14:00:00Z", "columns": ["id", "score"]}
    expected = reader.comments(**bound)
    rows = _pairs(names["rows"])
    if "state = 'live'" in text:
        expected = reader.comments(**bound | {"columns": ["id", "score", "state"]})
        expected = expected[expected["state"] == "live"]
    assert rows == _pairs(expected)
    assert len(rows) > 50
    if "latest" in names:
        assert _pairs(names["latest"]) == _pairs(reader.latest(**bound))
    if "then" in names:
        assert _pairs(names["then"]) == _pairs(reader.latest(**bound, as_of="2021-03-03T16:00:00Z"))


def _pairs(frame):
    """Return ids and scores of any kind of frame, in order."""
    columns = [frame["id"], frame["score"]]
    if isinstance(frame, pd.DataFrame):
        columns = [pa.Array.from_pandas(column) for column in columns]
    pairs = zip(*(column.to_pylist() for column in map(_arrow, columns)), strict=True)
    return sorted(((name, None if score is None else int(score)) for name, score in pairs), key=str)


def _arrow(column):
    return column.to_arrow() if isinstance(column, pl.Series) else column


@pytest.mark.parametrize("block", of_page(False))  # noqa: FBT003 - see above
def test_a_python_block_runs(folder, monkeypatch, block):
    """And each frame that it makes has rows; what was known earlier is less."""
    monkeypatch.setenv("WSB_LAKE_FOLDER", str(folder / "build/demo/lake"))
    names = {}
    exec(compile(block.text, block.page, "exec"), names)  # noqa: S102 - what a reader would paste
    frames = {name: value for name, value in names.items() if hasattr(value, "shape")}
    assert len(frames) > 2
    assert [name for name, frame in frames.items() if not len(frame)] == []
    assert isinstance(names["now"], pd.DataFrame)
    assert set(names["now"]["state"]) == {"live"}


@pytest.mark.parametrize("block", to_run("sql"))
def test_a_query_runs(folder, monkeypatch, block):
    """Over the lake's views; a generated day has no gaps, so an answer may be empty."""
    monkeypatch.setenv("WSB_LAKE_FOLDER", str(folder / "build/demo/lake"))
    assert len(wsb_lake.open().sql(block.text).columns) > 1
