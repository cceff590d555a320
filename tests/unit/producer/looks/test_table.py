"""Rows by slot: a freed slot is used again, by one row."""

import numpy as np

from producer.looks.table import EMPTY_ROW, Table


def test_freed_slots_are_used_again_before_new_ones():
    """Each by one row, which holds nothing of the row before it."""
    table = Table()
    first = table.add(["t1_a", "t1_b", "t1_c", "t1_d"], ["t3_p"] * 4, ["t3_p"] * 4)
    table.score[first] = 7
    table.remove(first[1:])
    second = table.add(["t1_e", "t1_f"], ["t3_p"] * 2, ["t1_a"] * 2)
    third = table.add(["t1_g", "t1_h"], ["t3_p", None], ["t1_e", None])
    slots = [first[0], *second, *third]
    assert len(set(slots)) == 5
    assert set(slots) >= set(first)
    assert table.names(slots) == ["t1_a", "t1_e", "t1_f", "t1_g", "t1_h"]
    assert table.slots(["t1_a", "t1_e", "t1_f", "t1_g", "t1_h"]).tolist() == slots
    assert [table.parents[slot] for slot in slots[1:]] == ["t1_a", "t1_a", "t1_e", None]
    assert table.score[slots].tolist() == [7, *[EMPTY_ROW["score"][0]] * 4]
    assert table.is_post[slots].tolist() == [False, False, False, False, True]


def test_many_rows_at_once_grow_the_table():
    """What is written whole is read whole, and stays when the array moves."""
    table = Table()
    names = [f"t1_{number}" for number in range(3000)]
    slots = table.add(names, ["t3_p"] * 3000, ["t3_p"] * 3000)
    rows = table.read(slots)
    rows["score"] = np.arange(3000)
    table.write(slots, rows)
    table.add([f"t1_x{number}" for number in range(5000)], ["t3_p"] * 5000, ["t3_p"] * 5000)
    assert table.names(slots) == names
    assert table.score[slots].tolist() == list(range(3000))
