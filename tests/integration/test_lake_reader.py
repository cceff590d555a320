"""The reader against a plain-Python oracle over what was landed, run by run."""

import datetime as dt
import random

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import wsb_lake
from contract import format_instant, parse_instant
from tests.support.lake_world import START, observation
from wsb_lake.aws import Aws
from wsb_lake.errors import AccessError, LakeMissingError, QueryError
from wsb_lake.reader.query import TABLES

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

HOUR = 3600
RUNS = 5
THINGS = 12


@pytest.fixture(scope="module")
def told(new_lake):
    """Land random looks in five runs, out of order, with repeats: a lake and its true course."""
    rng = random.Random(7)  # noqa: S311 - a repeatable course, not a secret
    lake, landed = new_lake(), []
    job = lake.job()
    for run in range(1, RUNS + 1):
        lake.clock.time = START + run * 6 * HOUR
        looks = [_look(rng, run) for _ in range(20)]
        repeats = [record for _, record in rng.sample(landed, min(5, len(landed)))]
        lake.land(*looks, *repeats)
        known = {_identity(record) for _, record in landed}
        told = [*looks, *(record for _, record in landed)]
        for record in looks:
            if _identity(record) not in known and not _forgotten(record, told):
                known.add(_identity(record))
                landed.append((lake.clock.time, record))
        job.run()
    return lake, landed


def _look(rng, run):
    number = rng.randrange(THINGS)
    state = rng.choice(["live", "live", "live", "deleted"])
    content = (
        {"body": f"text {rng.random()}"} if state == "live" else {"body": None, "author": None}
    )
    observed = run * 6 * HOUR - rng.randrange(12 * HOUR)  # late ones too
    return observation(
        "comment",
        f"t1_{number}",
        created=number * 5 * HOUR - 60 * HOUR,
        observed=observed,
        state=state,
        score=rng.choice([None, 3, 12, 500]),
        **content,
    )


def _identity(record):
    return record["id"], record["observed_at"]


def _forgotten(record, told):
    """Return whether a live look is at or before a tombstone of its thing."""
    gone = [each for each in told if each["id"] == record["id"] and each["state"] != "live"]
    return record["state"] == "live" and any(
        each["observed_at"] >= record["observed_at"] for each in gone
    )


def _oracle(history, as_of=None, since=None, until=None):
    latest = {}
    for landed_at, record in history:
        created = parse_instant(record["created_at"])
        known = as_of is None or landed_at <= as_of
        young = (since is None or created >= since) and (until is None or created < until)
        best = latest.get(record["id"])
        if known and young and (best is None or record["observed_at"] > best["observed_at"]):
            latest[record["id"]] = record
    return {key: _told(record) for key, record in latest.items()}


def _told(record):
    return record["observed_at"], record["state"], record["score"], record["body"]


def _read(table):
    return {
        row["id"]: _told({**row, "observed_at": format_instant(row["observed_at"].timestamp())})
        for row in table.to_pylist()
    }


def _open(lake, database=None):
    settings = lake.settings
    return wsb_lake.open(
        database=database or settings.database,
        region=settings.region,
        endpoint_url=settings.endpoint_url,
    )


def _rows(table):
    return sorted(table.to_pylist(), key=str)


def _live(told):
    return {key: value for key, value in told.items() if value[1] == "live"}


def test_latest_is_the_newest_look_of_each(told):
    """By observed_at, not by arrival; the deleted are left out unless asked for."""
    lake, history = told
    reader = _open(lake).arrow
    expected = _oracle(history)
    assert len(_live(expected)) < len(expected)
    assert expected == _read(reader.latest("comments", deleted=True))
    assert _live(expected) == _read(reader.latest())
    assert _live(expected) == _read(reader.sql("SELECT * FROM comments_latest"))


def test_observations_are_every_row_as_in_sql(told):
    """One name, one meaning: the method and the table of SQL tell the same."""
    lake, history = told
    reader = _open(lake).arrow
    every = _rows(reader.observations())
    assert every == _rows(reader.sql("SELECT * FROM comments"))
    assert len(every) == len(history)
    half = START + 18 * HOUR
    known = [record for landed_at, record in history if landed_at <= half]
    assert len(known) == len(reader.observations(as_of=format_instant(half)))
    assert len(reader.observations("posts")) == len(reader.posts()) == 0
    assert every == _rows(reader.comments())


@pytest.mark.parametrize("offset", [-1, 0, 1, 3 * HOUR])
@pytest.mark.parametrize("run", range(1, RUNS + 1))
def test_as_of_tells_what_could_have_been_known(told, run, offset):
    """Exact at the instant of each commit, just before it, and in between."""
    lake, history = told
    at = START + run * 6 * HOUR + offset
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    reader, expected = _open(lake).arrow, _oracle(history, as_of=at)
    assert expected == _read(reader.latest(as_of=moment, deleted=True))
    assert _live(expected) == _read(reader.latest(as_of=moment))


def test_since_and_until_choose_by_creation(told):
    """From since, to before until; together with as_of."""
    lake, history = told
    since, until, at = START - 40 * HOUR, START - 10 * HOUR, START + 18 * HOUR
    bounds = {"as_of": at, "since": since, "until": until}
    bounds = {name: format_instant(value) for name, value in bounds.items()}
    expected = _oracle(history, at, since, until)
    assert expected
    assert expected == _read(_open(lake).arrow.latest(**bounds, deleted=True))
    looks = {row["id"] for row in _open(lake).arrow.observations(**bounds).to_pylist()}
    assert expected.keys() == looks


def test_history_is_every_look_in_order(told):
    lake, history = told
    thing = history[0][1]["id"]
    expected = sorted(_told(record) for _, record in history if record["id"] == thing)
    rows = _open(lake).arrow.history(thing).to_pylist()
    assert [told[0] for told in expected] == [
        format_instant(row["observed_at"].timestamp()) for row in rows
    ]


def test_frames_are_pandas_arrow_or_polars(told):
    """A hidden score is a missing integer, not a NaN that makes the others floats."""
    lake, history = told
    reader = _open(lake)
    frame = reader.latest("comments")
    assert isinstance(frame, pd.DataFrame)
    assert frame["score"].isna().any()
    assert str(frame["score"].dtype) == "Int32"
    assert "UTC" in str(frame["observed_at"].dtype)
    assert isinstance(reader.arrow.latest(), pa.Table)
    assert list(reader.latest(columns=["id", "score"])) == ["id", "score"]
    assert reader.comments(columns=["id"])["id"].is_unique is False
    with pytest.raises(QueryError, match="list of names"):
        reader.latest(columns="id")
    assert isinstance(reader.polars.latest(), pl.DataFrame)
    assert len(_live(_oracle(history))) == len(frame)


def test_a_saved_lake_answers_the_same(told, tmp_path, monkeypatch):
    """Every table, view, time and frame; from files alone, without AWS."""
    lake, history = told
    _open(lake).save(tmp_path / "it's here")
    monkeypatch.setattr("boto3.Session", None)
    monkeypatch.setenv("WSB_LAKE_FOLDER", str(tmp_path / "it's here"))
    asked = [
        lambda r: r.arrow.latest(as_of=format_instant(START + 12 * HOUR), deleted=True),
        lambda r: r.arrow.history(history[0][1]["id"]),
        *(
            lambda r, name=name: r.arrow.sql(f"FROM {name}")
            for name in (*TABLES, "comments_latest", "posts_latest")
        ),
    ]
    for ask in asked:
        there, here = ask(_open(lake)), ask(wsb_lake.open())
        assert there.schema == here.schema
        assert _rows(there) == _rows(here)


def test_a_reader_sees_the_newest_commit(lake):
    """Open once, ask again later: every question is answered by what is there now."""
    lake.job().run()
    reader = _open(lake)
    assert len(reader.latest("comments")) == 0
    lake.land(observation("comment", "t1_a"))
    lake.job().run()
    assert len(reader.latest("comments")) == 1


def test_a_lake_that_is_not_there_yet_is_said(lake):
    """No traceback of a library: what is missing, and what makes it."""
    with pytest.raises(LakeMissingError, match="wsb lake settle"):
        _open(lake).latest()


def test_a_wrong_database_is_told_with_those_there_are(lake):
    """The name is Terraform's, and easily guessed wrong."""
    said = rf"no .*'wsb_dev'.* there is .*\b{lake.settings.database}\b"
    with pytest.raises(LakeMissingError, match=said):
        _open(lake, "wsb_dev").latest()


def test_a_named_database_wins_over_the_environments_folder(lake, monkeypatch):
    monkeypatch.setenv("WSB_LAKE_FOLDER", "/nowhere")
    lake.job().run()
    assert len(_open(lake).latest()) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda r: r.observations(as_of="soon"),
        lambda r: r.latest(as_of=pd.NaT),
        lambda r: r.observations(since=1_611_840_000),
        lambda r: r.latest("gaps"),
        lambda r: r.observations("comments; DROP"),
        lambda r: r.history("gl123abc"),
    ],
)
def test_a_wrong_question_is_explained(lake, call):
    lake.job().run()
    with pytest.raises(QueryError):
        call(_open(lake))


def test_a_lake_whose_files_cannot_be_read_is_explained(told, monkeypatch):
    """Glue answers, S3 does not: no right on the bucket, another region, no network."""
    lake, _ = told
    reader = _open(lake)
    properties = Aws(lake.settings).file_properties() | {"s3.endpoint": "http://127.0.0.1:1"}
    monkeypatch.setattr(Aws, "file_properties", lambda _aws: properties)
    with pytest.raises(AccessError, match="files cannot be used"):
        reader.latest()


def test_new_credentials_are_used_though_nothing_has_landed(told, monkeypatch):
    """A notebook stays open for longer than a role's hour."""
    lake, _ = told
    reader = _open(lake)
    reader.latest()
    fresh = Aws(lake.settings).file_properties() | {"s3.access-key-id": "fresh"}
    monkeypatch.setattr(Aws, "file_properties", lambda _aws: fresh)
    reader.latest()
    (secret,) = reader.sql("FROM duckdb_secrets()")["secret_string"]
    assert "key_id=fresh" in secret


def test_an_id_is_never_sql(told):
    lake, _ = told
    assert len(_open(lake).history("t1_0' OR '1'='1")) == 0
