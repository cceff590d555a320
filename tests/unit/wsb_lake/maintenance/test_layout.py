"""Layout: which files of a created day are rewritten, and when."""

from types import SimpleNamespace

import pytest

from wsb_lake.maintenance.layout import DAY_SECONDS, SETTLED_AFTER_SECONDS, Partition

MB = 1024 * 1024
SETTLED = DAY_SECONDS + SETTLED_AFTER_SECONDS


def chosen(*sizes_mb, now=SETTLED, day=0):
    """Return the sizes of the files that are rewritten, in MB."""
    files = tuple(SimpleNamespace(file_size_in_bytes=round(size * MB)) for size in sizes_mb)
    return [file.file_size_in_bytes / MB for file in Partition(day, files).to_compact(now)]


@pytest.mark.parametrize(
    ("sizes", "rewritten"),
    [
        ([3], []),
        ([3, 1, 2], [1, 2, 3]),
        ([3, 0.125], []),  # a late row is no reason to write 3 MB again
        ([3, 0.0625, 0.0625], []),
        ([3, 0.03125, 0.03125, 0.0625], [0.03125, 0.03125, 0.0625]),
        ([3, 0.25], [0.25, 3]),  # a twelfth more is
        ([60, 2, 0.5], []),
        ([60, 2, 0.5, 0.25], [0.25, 0.5, 2]),
        ([60, 9], [9, 60]),  # however large they are
        ([120, 120, 1], []),  # two are full
        ([120, 120, 1, 2, 3], [1, 2, 3]),
        ([120, 100], []),
        ([120, 50, 60], [50, 60]),
    ],
)
def test_of_a_settled_day_is_rewritten_what_is_worth_it(sizes, rewritten):
    """All of it for a twentieth more or above, else only what came late, once it is three files."""
    assert chosen(*sizes) == rewritten


def test_before_that_only_small_files_that_are_many():
    """Eight of less than 8 MB are few."""
    few = [1.0] * 8
    for now in (0, SETTLED - 1):
        assert chosen(*few, 9, 100, now=now) == []
        assert chosen(*few, 0.5, 9, 100, now=now) == [0.5, *few]
    assert chosen(*few, now=SETTLED) == few
    assert chosen(*few, now=10 * SETTLED, day=None) == []  # gaps grow for ever


def test_at_most_so_many_files_at_once():
    """Memory grows with them: the smallest come first, the rest in the next step."""
    sizes = [1 + number / 64 for number in range(100)]
    assert chosen(*reversed(sizes)) == sizes[:64]
