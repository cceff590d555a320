import json

from hypothesis import given
from hypothesis import strategies as st

from contract import problem_of_line
from tests.support.lake_world import observation
from wsb_lake.job.parsing import parse

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.just("\ud800"),
    st.just("0001-01-01T00:00:00.000Z"),
    st.just("9999-12-31T23:59:59.999Z"),
)
kinds = st.sampled_from(["comment", "post", "gap"])
names = st.sampled_from([*observation("comment", ""), *observation("post", ""), "edited_at"])
records = st.builds(
    lambda kind, changes: {**observation(kind, "t1_a"), **changes},
    kinds,
    st.dictionaries(names, values, max_size=3),
)
lines = st.one_of(st.binary(max_size=20), records.map(lambda r: json.dumps(r).encode()))


@given(st.lists(lines, max_size=8))
def test_every_line_is_a_row_or_a_reject(some):
    """Whatever comes, nothing vanishes and nothing raises."""
    parsed = parse(some)
    rows = sum(len(table) for table in parsed.tables.values())
    assert len(some) == rows + len(parsed.rejects)


@given(st.lists(lines, max_size=8))
def test_what_the_contract_refuses_is_rejected_for_the_same_reason(some):
    """The lake adds no opinion of its own to the contract's."""
    refused = {n: problem_of_line(line) for n, line in enumerate(some, 1)}
    rejects = {reject.number: reject.reason for reject in parse(some).rejects}
    for number, reason in refused.items():
        if reason is not None:
            assert reason == rejects[number]


def test_a_number_too_large_for_a_double_is_rejected():
    """The contract may call an integer a number that no double holds."""
    record = observation("post", "t3_a", upvote_ratio=10**400)
    (reject,) = parse([json.dumps(record).encode()]).rejects
    assert reject.reason == "bad_type:upvote_ratio"


def test_a_number_longer_than_python_reads_stops_nothing():
    """In a field that nobody knows it is valid, and json.loads would raise at 4,300 digits."""
    line = json.dumps(observation("comment", "t1_a"))[:-1] + ', "x": ' + "1" * 5000 + "}"
    parsed = parse([line.encode()])
    assert parsed.tables["comments"]["id"].to_pylist() == ["t1_a"]


def test_what_would_be_two_lines_is_rejected():
    """Firehose and the lake end a record at each newline, wherever it stands."""
    inner = json.dumps(observation("comment", "t1_b"))
    line = json.dumps(observation("comment", "t1_a"))[:-1] + f', "x": [\n{inner}\n]}}'
    (reject,) = parse([line.encode()]).rejects
    assert reject.reason == "many_lines"


def test_unknown_fields_are_ignored():
    """A newer writer's fields do not stop an older reader."""
    record = observation("comment", "t1_a", karma=1, schema_version=9)
    parsed = parse([json.dumps(record).encode()])
    assert parsed.tables["comments"]["id"].to_pylist() == ["t1_a"]
    assert "karma" not in parsed.tables["comments"].column_names
