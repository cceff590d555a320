"""A real Trino, the engine under Athena, reads what the reader reads (`make test-trino`)."""

import datetime as dt

import pytest

import wsb_lake
from tests.conftest import PROJECT
from tests.support.lake_world import START, observation
from tests.support.trino import running_trino
from tools.errors import ToolError
from tools.trino import find_trino

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.trino]

QUERIES = PROJECT / "terraform" / "queries"
TABLES = ("comments", "posts", "gaps")
FIRST_RUN = START + 144_000.0
GONE = {"state": "deleted", "body": None, "author": None, "score": None}


@pytest.fixture(scope="module")
def lake(new_lake):
    """Return a lake of two days in three commits, with all that is odd in values."""
    world = new_lake()
    job = world.job()
    for run in range(3):
        world.clock.time = FIRST_RUN + run * 900
        world.land(
            *(
                observation(
                    kind,
                    f"{name}_{number}",
                    created=number * 40_000.0,
                    observed=number * 40_000.0 + 60.123 + run,
                    score=None if number == 1 else 10 * run + number,
                    score_hidden=number == 1,
                    body=f"ä\n\"'\u2028\U0001f680 {run}",
                )
                for kind, name in (("comment", "t1"), ("post", "t3"))
                for number in range(4)
            ),
            observation("gap", "gap_1", observed=run, status=("open", "open", "partial")[run]),
        )
        job.run()
    world.land(observation("comment", "t1_3", created=120_000.0, observed=130_000.0, **GONE))
    job.run()
    return world


@pytest.fixture(scope="module")
def reader(lake):
    settings = lake.settings
    return wsb_lake.open(
        database=settings.database, region=settings.region, endpoint_url=settings.endpoint_url
    ).arrow


@pytest.fixture(scope="module")
def trino(lake, tmp_path_factory):
    try:
        server, java = find_trino()
    except ToolError as error:
        pytest.fail(str(error))
    folder, settings = tmp_path_factory.mktemp("trino"), lake.settings
    with running_trino(server, java, folder, settings.endpoint_url, settings.database) as running:
        yield running


def plain(value):
    """Return a time as Trino's JSON spells it, anything else as it is."""
    if not isinstance(value, dt.datetime):
        return value
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" + (" UTC" if value.tzinfo else "")


def cast(value):
    """Return a time as Athena's `CAST(… AS timestamp)` makes it: no zone, milliseconds."""
    return plain(value.replace(tzinfo=None))[:-3] if isinstance(value, dt.datetime) else value


def told(rows):
    return sorted(({name: plain(value) for name, value in row.items()} for row in rows), key=str)


@pytest.mark.parametrize("table", TABLES)
def test_every_value_of_every_row_is_the_readers(trino, reader, table):
    """Hidden scores, texts with anything in them, times to the millisecond."""
    expected = told(reader.sql(f"FROM {table}").to_pylist())
    assert len(expected) > 2
    assert told(trino.rows(f"SELECT * FROM {table}")) == expected  # noqa: S608 - TABLES


@pytest.mark.parametrize("table", ["comments", "posts"])
def test_the_latest_query_says_what_latest_says(trino, reader, table):
    """The view that Athena is given, without what makes it a view."""
    text = (QUERIES / f"{table}_latest.sql").read_text().partition(" AS\n")[2].rstrip(";\n")
    rows = reader.latest(table).to_pylist()
    expected = told({name: cast(value) for name, value in row.items()} for row in rows)
    assert len(expected) == {"comments": 3, "posts": 4}[table]
    assert told(trino.rows(text)) == expected


@pytest.mark.parametrize("name", ["open_gaps", "top_comments"])
def test_a_saved_query_answers_the_same(trino, reader, name):
    text = (QUERIES / f"{name}.sql").read_text().rstrip(";\n")
    assert told(trino.rows(text)) == told(reader.sql(text).to_pylist())


def test_as_of_is_a_filter_and_a_created_day_is_one_partition(trino, reader):
    moment = dt.datetime.fromtimestamp(FIRST_RUN + 900, dt.UTC)
    sql = f"SELECT id, observed_at FROM comments WHERE landed_at <= TIMESTAMP '{plain(moment)}'"  # noqa: S608 - a time
    expected = reader.observations(as_of=moment).select(["id", "observed_at"]).to_pylist()
    assert len(expected) == 8
    assert told(trino.rows(sql)) == told(expected)
    days = trino.rows('SELECT partition.created_day AS day FROM "comments$partitions"')
    assert sorted(row["day"] for row in days) == ["2021-01-01", "2021-01-02"]
