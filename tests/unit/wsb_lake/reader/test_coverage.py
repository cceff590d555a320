"""Coverage: how complete each hour is, told from the looks and the gaps."""

import datetime as dt

import pytest

import wsb_lake
from tests.support.lake_world import START, observation, save_lake
from wsb_lake.errors import QueryError

HOUR = 3600.0
MINUTE = 60.0


def at(hours):
    return dt.datetime.fromtimestamp(START + hours * HOUR, dt.UTC)


def gap(name, span, status, observed=0.0, listing="comments"):
    from_at, to_at = (f"{at(hours):%Y-%m-%dT%H:%M:%S}.000Z" for hours in span)
    return observation(
        "gap",
        name,
        observed=5 * HOUR + observed,
        listing=listing,
        from_at=from_at,
        to_at=to_at,
        status=status,
    )


def look(name, hours, observed_hours, **fields):
    return observation("comment", name, hours * HOUR, observed_hours * HOUR, **fields)


@pytest.fixture
def lake(tmp_path):
    gone = {"state": "deleted", "body": None, "author": None}
    save_lake(
        tmp_path,
        look("before", -0.5, 0.25),
        look("a", 0.25, 0.5),
        look("a", 0.25, 1.0, **gone),
        look("b", 1.5, 1.6),
        look("b", 1.5, 2.6),
        look("c", 1.5, 1.7),
        look("late", 39.5, 39.6),
        gap("of_posts", (1.0, 2.0), "open", listing="new"),
        gap("read_up", (2.1, 2.4), "open", observed=1),
        gap("read_up", (2.1, 2.6), "repaired", observed=2),
        gap("half", (3.5, 4.25), "open", observed=1),
        gap("half", (3.5, 4.25), "partial", observed=2),
        gap("still", (4.1, 4.2), "open"),
    )
    return wsb_lake.open(folder=tmp_path).arrow


def hours_of(table):
    return {row.pop("hour"): row for row in table.to_pylist()}


def test_each_hour_has_its_state(lake):
    """An open hole before a partial one, that before what nobody knows, and a repaired one last."""
    hours = hours_of(lake.coverage())
    assert [hours[at(hour)]["state"] for hour in (-1, 0, 1, 2, 3, 4, 5, 39)] == [
        *("unknown", "unknown", "complete", "repaired", "partial", "open", "complete"),
        "unfinished",
    ]
    assert list(hours) == [at(hour) for hour in range(-1, 40)]


def test_the_counts_are_of_the_things_created_in_the_hour(lake):
    hours = hours_of(lake.coverage())
    assert hours[at(1)] == {
        "state": "complete",
        "settled": True,
        "gaps_open": 0,
        "gaps_partial": 0,
        "gaps_repaired": 0,
        "minutes_missing": 0,
        "ids": 2,
        "tombstoned": 0,
        "observations": 3,
        "newest_observed_at": at(2.6),
        "newest_landed_at": at(0),  # as `save_lake` writes it
    }
    assert (hours[at(0)]["ids"], hours[at(0)]["tombstoned"]) == (1, 1)
    quiet = hours[at(5)]
    assert (quiet["ids"], quiet["observations"], quiet["newest_observed_at"]) == (0, 0, None)


def test_a_hole_is_counted_in_each_hour_that_it_touches_and_once_where_two_overlap(lake):
    hours = hours_of(lake.coverage())
    missing = {hour: hours[at(hour)]["minutes_missing"] for hour in range(6)}
    assert missing == {0: 0, 1: 0, 2: 0, 3: 30, 4: 16, 5: 0}
    four = hours[at(4)]
    assert (four["gaps_open"], four["gaps_partial"], four["gaps_repaired"]) == (1, 1, 0)
    assert hours[at(2)]["gaps_repaired"] == 1


def test_an_hour_is_settled_when_the_last_certain_look_is_past(lake):
    """36 hours after its end; the newest look of this lake is at 39.6."""
    hours = hours_of(lake.coverage())
    assert [hour for hour in range(40) if hours[at(hour)]["settled"]] == [0, 1, 2]


def test_an_hour_far_from_any_look_is_unknown_and_never_complete(tmp_path):
    """A look stamped years ago says nothing of the years since, until looks follow each other."""
    years = 15 * 365 * 24
    save_lake(
        tmp_path,
        look("stray", -years - 0.75, -years - 0.5),
        *(look(f"t1_{n}", n, n + 0.5) for n in range(4)),
        look("last", 3.1, 40.5),
    )
    states = wsb_lake.open(folder=tmp_path).arrow.coverage()["state"].to_pylist()
    assert states == ["unknown"] * (years + 2) + ["complete"] * 39 + ["unfinished"]
    save_lake(tmp_path, look("a", 0, 0.5), look("b", 1, 1.5), look("c", 40, 40.5))
    states = wsb_lake.open(folder=tmp_path).arrow.coverage()["state"].to_pylist()
    assert states == ["unknown", "complete", *["unknown"] * 38, "unfinished"]


def test_holes_of_years_are_counted_by_the_minute_at_once(tmp_path):
    """Eleven years make some hundred thousand hours, and no minute of theirs is counted twice."""
    years = 11 * 365 * 24
    save_lake(
        tmp_path,
        look("t1_a", 0.25, 0.5),
        gap("long", (-years, -2.75), "open"),
        gap("inside", (-years + 5, -years + 7), "partial"),
        gap("overlapping", (-2.9, -2.5), "partial"),
        gap("of_one_minute", (-2.5, -2.5), "open"),
        gap("apart", (-1.75, -1.5), "open"),
        gap("twice", (-1.25, -1.2), "partial"),
        gap("read_up", (-1.9, -1.1), "repaired"),
    )
    hours = wsb_lake.open(folder=tmp_path).arrow.coverage()
    assert hours["minutes_missing"].to_pylist() == [60] * (years - 3) + [31, 20, 0]
    assert hours["state"].to_pylist()[-4:] == ["open", "open", "open", "unknown"]


def test_posts_have_the_holes_of_their_listing(lake):
    hours = hours_of(lake.coverage("posts"))
    assert [(hour, row["state"]) for hour, row in hours.items()] == [
        (at(1), "open"),
        (at(2), "open"),
    ]


def test_bounds_choose_whole_hours_and_what_had_landed(lake):
    """What had not landed by `as_of` is not there, nor are its gaps."""
    chosen = hours_of(lake.coverage(since=at(1.5), until=at(3.2)))
    assert list(chosen) == [at(1), at(2), at(3)]
    assert chosen[at(1)] == hours_of(lake.coverage())[at(1)]
    assert len(lake.coverage(as_of=at(-1))) == 0
    with pytest.raises(QueryError, match="comments and posts"):
        lake.coverage("gaps")
