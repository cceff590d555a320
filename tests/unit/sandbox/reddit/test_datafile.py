import gzip

import orjson
import pytest

from sandbox.reddit.datafile import read_things, write_records
from sandbox.reddit.errors import DataFileError
from tests.support.reddit_builders import comment, post


def write(path, *lines):
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.mark.parametrize("name", ["day.ndjson", "day.ndjson.gz"])
def test_what_was_written_is_read_in_order_of_creation(tmp_path, name):
    """Plain or gzipped, by its name."""
    write_records(tmp_path / name, [comment("b", 20), post("p0", 0), comment("a", 10)])
    assert [t.fullname for t in read_things(tmp_path / name)] == ["t3_p0", "t1_a", "t1_b"]


def test_hours_are_counted_from_the_first_thing(tmp_path):
    """The end is not included."""
    write_records(tmp_path / "d.ndjson", [post("p0"), comment("a", 3599), comment("b", 3600)])
    assert [t.fullname for t in read_things(tmp_path / "d.ndjson", hours=1)] == ["t3_p0", "t1_a"]


def test_blank_lines_are_not_broken_ones(tmp_path):
    """An editor adds them."""
    path = write(tmp_path / "d.ndjson", b"", orjson.dumps(comment("a")), b"  ", b"")
    assert len(read_things(path)) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"kind": "t1", ', "line 2: it is not JSON"),
        (b'{"id": "b"}', 'line 2: it needs a "kind"'),
        (orjson.dumps(comment("b", body=None)), "line 2: data.body must be text, not None;"),
        (orjson.dumps(comment("a")), "line 2: t1_a is there for the second time;"),
    ],
)
def test_a_broken_line_is_named_with_what_to_do(tmp_path, line, message):
    """A person finds it at once."""
    path = write(tmp_path / "d.ndjson", orjson.dumps(comment("a")), line)
    with pytest.raises(DataFileError) as caught:
        read_things(path)
    assert f"{path}, {message}" in str(caught.value)
    assert str(caught.value).endswith("correct or delete that line (docs/data.md has the format).")


@pytest.mark.parametrize("before", [[], [b""]])
def test_a_dump_of_reddit_is_recognised(tmp_path, before):
    """It has a million lines without a kind: nobody corrects those."""
    path = write(tmp_path / "d.ndjson", *before, b'{"id": "a", "score": 12}', b'{"id": "b"}')
    with pytest.raises(DataFileError, match="this looks like an Arctic Shift or Pushshift dump"):
        read_things(path)


@pytest.mark.parametrize("missing", ["no.ndjson", "."])
def test_a_missing_file_is_named(tmp_path, missing):
    """A folder is no file."""
    with pytest.raises(DataFileError, match=r"There is no file .*: give the path"):
        read_things(tmp_path / missing)


def test_an_empty_file_is_refused(tmp_path):
    """There is nothing to play."""
    with pytest.raises(DataFileError, match="holds no thing"):
        read_things(write(tmp_path / "d.ndjson", b""))


def whole():
    return gzip.compress(orjson.dumps(comment("a")) * 100)


@pytest.mark.parametrize(
    "broken", [whole()[:-20], b"no gzip", whole()[:60] + b"\0\0\0\0" + whole()[64:]]
)
def test_a_broken_gzip_is_refused(tmp_path, broken):
    """Cut off, never gzip, or damaged within."""
    path = tmp_path / "d.ndjson.gz"
    path.write_bytes(broken)
    with pytest.raises(DataFileError, match="is not a whole gzip file"):
        read_things(path)
