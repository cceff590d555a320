"""The queries saved in Athena, run by DuckDB, whose SQL these share: the reader says the same."""

import time

import pytest

import wsb_lake
from tests.conftest import PROJECT
from tests.support.lake_world import START, observation, save_lake

QUERIES = PROJECT / "terraform" / "queries"


@pytest.fixture
def lake(tmp_path):
    gone = {"state": "deleted", "body": None, "author": None}
    save_lake(
        tmp_path,
        *(
            observation(kind, f"{kind}_{name}", observed=at, **fields)
            for kind in ("comment", "post")
            for name, at, fields in [("a", 60, {"score": 1}), ("a", 90, {}), ("b", 60, {})]
        ),
        observation("comment", "comment_b", observed=90, **gone),
        observation("post", "post_b", observed=90, **gone),
        observation("gap", "gap_1", observed=60),
        observation("gap", "gap_2", observed=60),
        observation("gap", "gap_2", observed=90, status="repaired"),
    )
    return wsb_lake.open(folder=tmp_path).arrow


@pytest.mark.parametrize("table", ["comments", "posts"])
def test_the_latest_views_are_the_readers(lake, table):
    """Live ones only, each as it was last seen; every column, times without their zone."""
    (expected,) = lake.latest(table).to_pylist()
    lake.sql((QUERIES / f"{table}_latest.sql").read_text().replace("_latest AS", "_athena AS"))
    (row,) = lake.sql(f"FROM {table}_athena").to_pylist()
    times = {name: at.replace(tzinfo=None) for name, at in expected.items() if hasattr(at, "hour")}
    assert row == expected | times


def test_open_gaps_are_those_not_repaired(lake):
    assert lake.sql((QUERIES / "open_gaps.sql").read_text())["id"].to_pylist() == ["gap_1"]


def test_top_comments_are_of_the_last_day(tmp_path):
    """The best first, each as it was last seen; none of 2021."""
    hour_ago = time.time() - START - 3600
    looks = [("a", 60, 12), ("a", 90, 15), ("b", 60, 20)]
    today = [
        observation("comment", name, created=hour_ago, observed=hour_ago + at, score=score)
        for name, at, score in looks
    ]
    save_lake(tmp_path, observation("comment", "old", score=99), *today)
    top = wsb_lake.open(folder=tmp_path).arrow.sql((QUERIES / "top_comments.sql").read_text())
    assert [(row["id"], row["score"]) for row in top.to_pylist()] == [("b", 20), ("a", 15)]
