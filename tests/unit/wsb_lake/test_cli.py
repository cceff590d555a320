"""`wsb lake` on a saved lake, and what says where the lake is."""

import json

import pytest
from click.testing import CliRunner

import wsb
from tests.support.lake_world import observation, save_lake


@pytest.fixture
def saved(tmp_path):
    looks = [("t1_a", 60, 1, "live"), ("t1_a", 600, 12, "live"), ("t1_b", 60, None, "deleted")]
    records = [
        observation("comment", thing, observed=at, score=score, state=state, peak_score=score)
        for thing, at, score, state in looks
    ]
    save_lake(tmp_path, *records, observation("post", "t3_a"), observation("gap", "gap_1"))
    return tmp_path


def _lake(*arguments, **environment):
    names = ("WSB_LAKE_FOLDER", "WSB_LAKE_DATABASE", "WSB_LAKE_BUCKET", "WSB_LAKE_STATE_TABLE")
    names = (*names, "AWS_REGION", "AWS_ENDPOINT_URL")
    environment = {**dict.fromkeys(names), "COLUMNS": "200", **environment}
    return CliRunner().invoke(wsb.main, ["lake", *arguments], env=environment)


def _refused(*arguments, **environment):
    result = _lake(*arguments, **environment)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    return line


def test_a_query_of_a_saved_lake_is_printed_in_each_form(saved):
    """Live comments only in `…_latest`; times as the contract writes them."""
    sql = "SELECT id, score, observed_at FROM comments_latest"
    asked = ("query", sql, "--local", str(saved), "--format")
    row = {"id": "t1_a", "score": 12, "observed_at": "2021-01-01T00:10:00.000Z"}
    assert json.loads(_lake(*asked, "json").stdout) == [row]
    assert _lake(*asked, "csv").stdout == (
        '"id","score","observed_at"\n"t1_a",12,"2021-01-01T00:10:00.000Z"\n'
    )
    assert _lake(*asked, "table").stdout.splitlines()[2:] == [
        "t1_a     12  2021-01-01T00:10:00.000Z"
    ]


def test_any_type_of_duckdb_is_printed(saved):
    """Times that Python does not have, columns of one name, zones within lists."""
    sql = (
        "SELECT 1 AS a, 2 AS a, timestamptz '20000-01-01 00:00:00+00' AS late, sum(score) AS sum, "
        "timestamptz 'infinity' AS never, [timestamptz '2021-01-01 00:00:00+00'] AS list "
        "FROM comments"
    )
    answer = _lake("query", sql, "--format", "json", WSB_LAKE_FOLDER=str(saved))
    assert json.loads(answer.stdout) == [
        {
            "a": 1,
            "a_1": 2,
            "late": "20000-01-01T00:00:00.000Z",
            "sum": 13,
            "never": "infinity",
            "list": "['2021-01-01 00:00:00+00']",
        }
    ]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", "DuckDB cannot run this query"),
        ("SELECT no FROM comments", "DuckDB cannot run this query"),
        ("FROM nowhere", "DuckDB cannot run this query"),
        (" -- nothing", "no SQL statement"),
        ("SELECT error('late') FROM range(99999)", "DuckDB cannot run this query"),
    ],
)
def test_bad_sql_is_one_sentence(saved, sql, said):
    assert said in _refused("query", sql, "--local", str(saved))


def test_history_shows_each_look_oldest_first(saved):
    answer = _lake("history", "t1_a", "--local", str(saved), "--format", "json")
    looks = [(row["age_minutes"], row["score"]) for row in json.loads(answer.stdout)]
    assert looks == [(1, 1), (10, 12)]
    for other in ("t3_a", "gap_1"):
        assert _lake("history", other, "--local", str(saved)).exit_code == 0
    assert "no observation of t1_x" in _refused("history", "t1_x", "--local", str(saved))
    assert "no fullname" in _refused("history", "a", "--local", str(saved))


def test_env_prints_what_is_set_for_a_shell():
    """Quoted where a shell would take it apart; nothing that is not set."""
    printed = _lake("env", WSB_LAKE_FOLDER="a lake", AWS_REGION="us-east-1").stdout
    assert printed == "export WSB_LAKE_FOLDER='a lake'\nexport AWS_REGION=us-east-1\n"


def test_env_prints_what_the_deployment_wrote(tmp_path, monkeypatch):
    """Else one sentence, which no shell runs."""
    monkeypatch.chdir(tmp_path)
    refused = _lake("env")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "set WSB_LAKE_DATABASE, WSB_LAKE_BUCKET and AWS_REGION" in refused.stderr
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "lake.env").write_text("export WSB_LAKE_DATABASE=wsb_dev_lake\n")
    assert _lake("env").stdout == "export WSB_LAKE_DATABASE=wsb_dev_lake\n"


def test_where_nothing_is_set_a_query_says_what_to_set():
    """Every value, and what writes it."""
    assert "`make demo` to build/demo/env" in _refused("query", "SELECT 1")


def test_a_folder_without_a_lake_is_one_sentence(tmp_path):
    """A typing mistake in the path, or a copy of a part."""
    (tmp_path / "comments.parquet").touch()
    said = _refused("query", "SELECT 1", "--local", str(tmp_path))
    assert "is no saved lake, posts.parquet, gaps.parquet is not there" in said
