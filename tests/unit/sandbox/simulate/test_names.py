from itertools import pairwise

from sandbox.simulate.names import fullnames, indexes_of


def test_a_name_gives_its_index_back():
    """An answer is made by index arithmetic, so a name must lead to its thing and no other."""
    names = fullnames("t1_", 3, 5000) + fullnames("t3_", 5003, 7)
    assert indexes_of(names).tolist() == list(range(3, 5010))
    assert len(set(names)) == len(names)
    assert {name[:3] for name in names[-7:]} == {"t3_"}


def test_names_are_in_no_order():
    """Ids are opaque: whoever orders by them, or keeps the highest, is wrong on Reddit too."""
    names = fullnames("t1_", 0, 1000)
    later = sum(one < two for one, two in pairwise(names))
    assert 300 < later < 700
