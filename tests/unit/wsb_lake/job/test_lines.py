import gzip

import pytest

from contract.validation import LINE_BYTES_MAX
from wsb_lake.job import lines
from wsb_lake.job.lines import pieces


def _all(*parts):
    """Return the lines of an object that comes in these parts, and whether it is broken."""
    found = list(pieces(parts))
    assert not any(piece.broken for piece in found[:-1])
    return [line for piece in found for line in piece.lines], found[-1].broken


def test_blank_lines_and_a_missing_last_newline_do_not_matter():
    assert _all(b"a\n\n  \nb") == ([b"a", b"b"], False)


def test_a_line_separator_inside_a_text_is_no_line_end():
    """U+2028 and a carriage return are characters of a JSON string."""
    assert _all('"\u2028\x85"\n'.encode()) == (['"\u2028\x85"'.encode()], False)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_it_does_not_matter_where_the_parts_end(size, pack):
    """Of an object that is read from the network, and of its gzip members, zeros between them."""
    text = b"".join(b"line %d\n" % n for n in range(99))
    data = pack(text) if pack is bytes else pack(text) + b"\0\0" + pack(b"more\n") + b"\0"
    parts = [data[first : first + size] for first in range(0, len(data), size)]
    expected = [b"line %d" % n for n in range(99)] + ([] if pack is bytes else [b"more"])
    assert _all(*parts) == (expected, False)


def test_no_piece_is_larger_than_its_limit(monkeypatch):
    """A few bytes may unpack to gigabytes: only a piece of them is in memory at once."""
    monkeypatch.setattr(lines, "PIECE_BYTES", 10_000)
    monkeypatch.setattr(lines, "_UNPACKED_BYTES", 1000)
    found = list(pieces([gzip.compress(b"0123456789\n" * 10_000)]))
    assert sum(len(piece.lines) for piece in found) == 10_000
    assert max(sum(map(len, piece.lines)) for piece in found) <= 11_000


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_no_piece_has_more_lines_than_its_limit(pack, monkeypatch):
    """A line of one character becomes a letter of hundreds."""
    monkeypatch.setattr(lines, "PIECE_LINES", 1000)
    text = b"".join(b"%d\n" % n for n in range(10_500))
    found = list(pieces([pack(text)]))
    assert [len(piece.lines) for piece in found] == [1000] * 10 + [500]
    assert [int(line) for piece in found for line in piece.lines] == list(range(10_500))


def test_a_line_without_an_end_is_cut_and_skipped():
    """Ten megabytes without a newline are one line that is too long, not ten of memory."""
    data = gzip.compress(b"before\n" + b"x" * 10_000_000 + b"\nafter\n")
    (before, long, after), broken = _all(data)
    assert (before, after, broken) == (b"before", b"after", False)
    assert LINE_BYTES_MAX < len(long) <= LINE_BYTES_MAX + 1


@pytest.mark.parametrize("cut", [1, 8, 9, 12])
def test_a_cut_gzip_is_broken_and_gives_its_whole_lines(cut):
    """A part of an object never passes for all of it, nor is all of it lost."""
    text = b"".join(b'{"line": %d}\n' % (n * n) for n in range(500))
    found, broken = _all(gzip.compress(text)[:-cut])
    assert broken
    assert found == text.splitlines()[: len(found)]
    assert len(found) >= 490


@pytest.mark.parametrize("cut", [3, 11])
def test_a_gzip_cut_in_its_head_is_broken(cut):
    assert _all(gzip.compress(b"a long enough line\n" * 9)[:cut]) == ([], True)


def test_a_broken_remainder_that_could_be_a_record_is_a_line():
    """Cut behind the last brace, it is complete; cut before it, it is not."""
    data = gzip.compress(b'{"a": 1}\n{"b": 2}', compresslevel=0)
    assert _all(data[:-8]) == ([b'{"a": 1}', b'{"b": 2}'], True)
    assert _all(data[:-9]) == ([b'{"a": 1}'], True)


def test_an_empty_object_has_no_lines():
    assert _all() == ([], False)
    assert _all(gzip.compress(b"")) == ([], False)
