"""The saved queries, run by DuckDB over tables made from the contract."""

from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify

from contract import SCHEMA

QUERIES = sorted((Path(__file__).parents[3] / "terraform" / "queries").glob("*.sql"))
SQL_TYPES = {"int": "INTEGER", "double": "DOUBLE", "string": "VARCHAR", "boolean": "BOOLEAN"}
KINDS = {"comments": "comment", "posts": "post", "gaps": "gap"}
PARTITION_OF = {"comments": "created_at", "posts": "created_at", "dead_letters": "dt"}
WHOLE = {"comments_latest", "posts_latest"}  # are of all time: whoever asks them adds a bound
EARLY, LATE = "2026-01-02 10:00:00+00", "2026-01-02 11:00:00+00"


def made_of(kind):
    return (*SCHEMA.of_kind(kind), *SCHEMA.lake)


def columns(fields):
    return ", ".join(
        f"{field.name} "
        + ("TIMESTAMPTZ" if field.type == "timestamp" else SQL_TYPES[SCHEMA.type_in(field, "glue")])
        for field in fields
    )


@pytest.fixture
def lake():
    """Return a connection with the lake's tables, empty."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table, kind in KINDS.items():
            connection.execute(f"CREATE TABLE {table} ({columns(made_of(kind))})")
        connection.execute(f"CREATE TABLE dead_letters ({columns(SCHEMA.dead_letter)}, dt VARCHAR)")
        yield connection


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_saved_query_runs(lake, path):
    """Every name in it is one of the contract's, and its first line says what it answers."""
    text = path.read_text()
    assert text.startswith("-- ")
    lake.execute(text)


@pytest.mark.parametrize(("table", "kind"), [("comments", "comment"), ("posts", "post")])
def test_a_view_has_every_column_and_none_that_athena_refuses(lake, table, kind):
    """Athena: `Unsupported Hive type: timestamp(6) with time zone`, for views as for CTAS."""
    lake.execute((QUERIES[0].parent / f"{table}_latest.sql").read_text())
    view = lake.table(f"{table}_latest")
    assert view.columns == [field.name for field in made_of(kind)]
    assert "TIMESTAMP WITH TIME ZONE" not in {str(one) for one in view.types}


@pytest.mark.parametrize("table", ["comments", "posts"])
def test_latest_is_the_newest_observation_of_each_id_that_lives(lake, table):
    """Two looks at one id make one row, the newer; an id whose newest is a tombstone makes none."""
    rows = [
        ("a", EARLY, 1, "live"),
        ("a", LATE, 12, "live"),
        ("b", EARLY, 3, "live"),
        ("c", EARLY, 40, "live"),
        ("c", LATE, None, "deleted"),
    ]
    lake.executemany(
        f"INSERT INTO {table} (id, observed_at, score, state) VALUES (?, ?, ?, ?)",  # noqa: S608 - one of the two names above
        rows,
    )
    lake.execute((QUERIES[0].parent / f"{table}_latest.sql").read_text())
    latest = lake.table(f"{table}_latest").project("id, score").order("id")
    assert latest.fetchall() == [("a", 12), ("b", 3)]


def test_a_repaired_gap_is_no_longer_open(lake):
    """Only what the newest record of a gap says counts."""
    lake.executemany(
        "INSERT INTO gaps (id, observed_at, status) VALUES (?, ?, ?)",
        [("g1", EARLY, "open"), ("g1", LATE, "repaired"), ("g2", EARLY, "partial")],
    )
    rows = lake.execute((QUERIES[0].parent / "open_gaps.sql").read_text()).fetchall()
    assert [row[0] for row in rows] == ["g2"]


def qualified(text):
    """Return Athena's query with every column named by its table; raises OptimizeError."""
    schema = {
        **{table: {f.name: f.type for f in made_of(kind)} for table, kind in KINDS.items()},
        "dead_letters": {**{f.name: f.type for f in SCHEMA.dead_letter}, "dt": "string"},
    }
    (query,) = sqlglot.parse(text, read="athena")
    select = query.expression if isinstance(query, exp.Create) else query
    return qualify(select, schema=schema, dialect="athena", validate_qualify_columns=True)


def unbounded(query):
    """Return the tables that a part of the query scans without a bound on their partitions."""
    found = []
    for select in query.find_all(exp.Select):
        where = select.args.get("where")
        bounded = {
            (column.table, column.name)
            for comparison in (where.find_all(exp.GT, exp.GTE, exp.EQ) if where else ())
            for column in [comparison.this]
            if isinstance(column, exp.Column)
        }
        sources = [select.args["from_"], *select.args.get("joins", ())]
        for source in (one.this for one in sources):
            partition = (source.alias, PARTITION_OF.get(source.name))
            if isinstance(source, exp.Table) and partition[1] and partition not in bounded:
                found.append(source.name)
    return found


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_athena_understands_a_saved_query_and_scans_only_what_it_asks_for(path):
    """Every column is known, none is all of them, and each scan has a bound on its partitions."""
    query = qualified(path.read_text())
    parsed = sqlglot.parse_one(path.read_text(), read="athena")
    assert [select.is_star for select in parsed.find_all(exp.Select) if select.is_star] == []
    if path.stem not in WHOLE:
        assert unbounded(query) == []


def test_an_unknown_column_and_a_scan_without_a_bound_are_noticed():
    """The two above can fail: on either side of a join, and in a query within."""
    text = (QUERIES[0].parent / "top_comments.sql").read_text()
    with pytest.raises(OptimizeError, match="peak"):
        qualified(text.replace("seen.peak_score", "seen.peak"))
    outside = "seen.created_at > current_timestamp - INTERVAL '1' DAY AND "
    inside = "  WHERE created_at > current_timestamp - INTERVAL '1' DAY\n"
    for bound in (outside, inside):
        assert bound in text
        assert unbounded(qualified(text.replace(bound, ""))) == ["comments"]
