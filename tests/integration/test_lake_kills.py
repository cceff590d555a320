"""The lake job killed anywhere, and two of them at once: no loss, no duplicates."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.lake_world import SimulatedCrash, crash_at, observation, parsed
from wsb_lake.job.append import append_new
from wsb_lake.job.lock import LOCK_SECONDS
from wsb_lake.settings import LANDING_PREFIX

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

WRITES_MAX = 100
HASTY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _land_some(lake):
    records = [observation("comment", f"t1_{n}", observed=60 + n) for n in range(3)]
    records += [observation("post", "t3_a"), observation("gap", "gap_1"), records[0]]
    lake.land(*records[:3], b"broken")
    lake.land(*records[3:])
    return {(record["id"], record["observed_at"]): 1 for record in records}


def _killed(new_lake, write):
    """Kill a run before this write and repeat it; returns False when the run needed fewer."""
    lake = new_lake()
    expected = _land_some(lake)
    job = lake.job()
    crash_at(job, write)
    died = True
    try:
        job.run()
        died = False
    except SimulatedCrash:
        lake.clock.time += LOCK_SECONDS
    lake.job().run()
    assert expected == lake.identities(), f"killed before write {write}"
    assert lake.keys(LANDING_PREFIX) == []
    assert len(lake.keys("landing_rejects/")) == 1
    return died


@pytest.mark.parametrize("write", range(2, 20, 4))
def test_killed_here_and_there(new_lake, write):
    _killed(new_lake, write)


@pytest.mark.slow
def test_killed_wherever_it_makes_a_difference(new_lake):
    """Between any two AWS calls that change something, so at any call at all (`crash_at`)."""
    writes = next(n for n in range(1, WRITES_MAX) if not _killed(new_lake, n))
    assert writes > 15


def test_killed_between_commit_and_deletion(lake, monkeypatch):
    """The rows are in the tables, the objects still landed: the repeat drops every row."""
    expected = _land_some(lake)
    job = lake.job()
    monkeypatch.setattr(type(job.landing), "delete", _die)
    with pytest.raises(SimulatedCrash):
        job.run()
    monkeypatch.undo()
    assert expected == lake.identities()
    lake.clock.time += LOCK_SECONDS
    again = lake.job().run()
    assert sum(again.appended.values()) == 0
    assert again.duplicates_dropped == 6
    assert expected == lake.identities()


def _die(*_):
    raise SimulatedCrash


batches = st.lists(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


@given(mine=batches, theirs=batches)
@settings(max_examples=8, deadline=None, suppress_health_check=HASTY)
def test_two_writers_that_ignore_the_lock(new_lake, mine, theirs):
    """Another writer commits between our look at the keys and our commit: still once each."""
    lake = new_lake()
    my_table, their_table = lake.job().tables["comments"], lake.job().tables["comments"]
    waiting = list(theirs)

    def others_turn():
        if waiting:
            append_new(their_table, _rows(waiting.pop()), lake.clock, lambda: None)

    for batch in mine:
        append_new(my_table, _rows(batch), lake.clock, others_turn)
    while waiting:
        others_turn()
    wanted = {key for batch in (*mine, *theirs) for key in batch}
    assert len(wanted) == sum(lake.identities().values())
    assert {1} == set(lake.identities().values())


def _rows(keys):
    looks = [
        observation("comment", f"t1_{i}", created=i * 40_000, observed=900_000 + t) for i, t in keys
    ]
    return parsed(*looks)["comments"]


@given(
    st.lists(
        st.one_of(
            st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=5),  # land
            st.integers(1, 20),  # a run that dies before this write
            st.none(),  # a run
        ),
        min_size=1,
        max_size=7,
    )
)
@settings(max_examples=8, deadline=None, suppress_health_check=HASTY)
def test_any_course_of_landings_runs_and_deaths(new_lake, course):
    """Whatever the order of deliveries, repeated deliveries, runs and deaths."""
    lake = new_lake()
    wanted = set()
    for step in course:
        if isinstance(step, list):
            records = [observation("comment", f"t1_{i}", observed=60 + t) for i, t in step]
            lake.land(*records)
            wanted |= {(record["id"], record["observed_at"]) for record in records}
            continue
        job = lake.job()
        if step is not None:
            crash_at(job, step)
        try:
            job.run()
        except SimulatedCrash:
            lake.clock.time += LOCK_SECONDS
    lake.job().run()
    assert dict.fromkeys(wanted, 1) == lake.identities()
