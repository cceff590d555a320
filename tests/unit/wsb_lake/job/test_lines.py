import gzip

import pytest

from wsb_lake.job.lines import BrokenObjectError, lines_of


def test_blank_lines_and_a_missing_last_newline_do_not_matter():
    assert lines_of(b"a\n\n  \nb") == [b"a", b"b"]


def test_a_line_separator_inside_a_text_is_no_line_end():
    """U+2028 and a carriage return are characters of a JSON string."""
    assert ['"\u2028\x85"'.encode()] == lines_of('"\u2028\x85"\n'.encode())


def test_several_gzip_members_are_one_text():
    assert lines_of(gzip.compress(b"a\n") + gzip.compress(b"b\n")) == [b"a", b"b"]


@pytest.mark.parametrize("cut", [3, 15, -1])
def test_a_cut_gzip_is_broken_not_short(cut):
    """A part of an object must never pass for all of it."""
    with pytest.raises(BrokenObjectError):
        lines_of(gzip.compress(b"a long enough line\n" * 9)[:cut])
