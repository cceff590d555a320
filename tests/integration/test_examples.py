"""The examples run on a lake as files, and their data set looks into no future."""

import datetime as dt
import os
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sandbox.reddit.generator.day import generate_day
from tests.conftest import PROJECT
from tests.support.lake_world import START, observation, save_lake
from tools.score_picture import DAY

pytestmark = pytest.mark.integration

HOUR = dt.timedelta(hours=1)
LANDS_AFTER = dt.timedelta(minutes=14)
LOOK_AGES_HOURS = (0.3, 0.8, 1.5, 2.5, 3.5, 5.0, 7.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a saved lake of a generated day: each look at 10 points or more, and tombstones."""
    here = tmp_path_factory.mktemp("lake")
    things = [thing for thing in generate_day(DAY) if thing.is_comment]
    save_lake(here, *(look for thing in things for look in looks_at(thing)))
    for path in here.glob("*.parquet"):
        table = pq.read_table(path)
        landed = pc.add(table["observed_at"], pa.scalar(LANDS_AFTER)).cast(
            table.schema.field("landed_at").type
        )
        place = table.schema.get_field_index("landed_at")
        pq.write_table(table.set_column(place, "landed_at", landed), path)
    return here


def looks_at(thing):
    for age in LOOK_AGES_HOURS:
        at = thing.created + age * 3600
        peak, live = thing.true_peak(thing.created, at) or 0, thing.state_at(at) == "live"
        if peak >= 10:
            yield observation(
                "comment",
                thing.fullname,
                thing.created - START,
                at - START,
                state=str(thing.state_at(at)),
                score=thing.score_at(at),
                peak_score=peak,
                body=thing.data["body"] if live else None,
                author="someone" if live else None,
            )


def run(folder, script, *arguments):
    done = subprocess.run(
        [sys.executable, PROJECT / "examples" / script, *arguments],
        env={**os.environ, "WSB_LAKE_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_page_runs_from_its_first_cell_to_its_picture(folder, tmp_path):
    picture = tmp_path / "picture.png"
    said = run(folder, "point_in_time.py", picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    for word in ("Population", "Completeness", "Permission"):
        assert f"{word}: " in said


def test_each_row_knows_what_had_landed_and_its_label_what_came(folder, tmp_path):
    """Against plain Python over the same looks, row by row; nothing is left out but as it says."""
    run(folder, "dataset.py", tmp_path / "rows.parquet", "--horizon-hours", "2")
    rows = pd.read_parquet(tmp_path / "rows.parquet").to_dict("records")
    looks = pq.read_table(folder / "comments.parquet").to_pylist()
    by_id = {}
    for look in sorted(looks, key=lambda look: look["observed_at"]):
        by_id.setdefault(look["id"], []).append(look)
    assert len(rows) > 200
    for row in rows:
        known = [one for one in by_id[row["id"]] if one["landed_at"] <= row["moment"]]
        later = [one for one in by_id[row["id"]] if one["observed_at"] <= row["moment"] + 2 * HOUR]
        assert known[-1]["state"] == "live"
        assert row["known_score"] == known[-1]["score"]
        assert row["known_looks"] == len(known)
        assert row["known_landed_at"] == max(one["landed_at"] for one in known)
        assert row["later_score"] == later[-1]["score"]
        assert row["later_gone"] == (later[-1]["state"] != "live")
    whole = {row["created_hour"] for row in rows}
    first = min(look["observed_at"] for look in looks)
    last = max(look["observed_at"] for look in looks)
    assert min(whole) >= first
    assert {row["moment"] for row in rows} == {
        moment
        for moment in pd.date_range(pd.Timestamp(first).ceil("h"), last + LANDS_AFTER, freq="h")
        if moment <= last + LANDS_AFTER - 2 * HOUR
        and any(
            look["landed_at"] <= moment and pd.Timestamp(look["created_at"]).floor("h") in whole
            for look in looks
        )
    }
