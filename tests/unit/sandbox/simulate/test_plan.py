import numpy as np
import pytest

from sandbox.reddit.datafile import write_records
from sandbox.reddit.errors import DataFileError
from sandbox.reddit.generator.day import Plan as GeneratedPlan
from sandbox.reddit.generator.day import generate_records
from sandbox.reddit.realism import Realism
from sandbox.simulate.errors import NothingMeasuredError
from sandbox.simulate.measures import population
from sandbox.simulate.plan import GENERATED_DAY, Plan, tell
from sandbox.simulate.profile import Profile

HOUR = 3600.0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "day.ndjson.gz"
    write_records(path, generate_records(GeneratedPlan(seed=2, hours=3, comments_per_minute=5)))
    return path


def test_the_same_seed_tells_the_same_story():
    """A figure that somebody quotes can be had again."""
    plan = Plan(Profile(3.0, 1.8), hours=2, before_hours=1, seed=4)
    one, two = tell(plan, Realism()).story, tell(plan, Realism()).story
    assert one.timeline.created.tolist() == two.timeline.created.tolist()
    assert one.scores.value.tolist() == two.scores.value.tolist()
    assert one.truth.true.since.tolist() == two.truth.true.since.tolist()
    other = tell(Plan(Profile(3.0, 1.8), hours=2, before_hours=1, seed=5), Realism()).story
    assert one.timeline.created.tolist() != other.timeline.created.tolist()


def test_equal_hours_go_before_and_days_follow():
    """Comments are made from before the measured hours until the last of them is judged."""
    plan = Plan(Profile(20.0, 1.8), hours=2, before_hours=3)
    story, start_at, end_at = tell(plan, Realism())
    created = story.timeline.created[: story.timeline.comments]
    assert start_at == GENERATED_DAY - 3 * HOUR
    assert end_at == GENERATED_DAY + 2 * HOUR + 36.5 * HOUR
    assert created[0] - start_at < 0.1 * HOUR
    assert end_at - created[-1] < 0.1 * HOUR
    per_minute = np.count_nonzero(created < start_at + 24 * HOUR) / (24 * 60)
    assert per_minute == pytest.approx(20, rel=0.02)


def test_recorded_comments_ride_in_chaff_up_to_the_rates(data):
    """Only the recorded ones cross; the rates, hour by hour, are the profile's."""
    story, start_at, _ = tell(Plan(Profile(60.0, 1.8), data=data), Realism())
    created = story.timeline.created[: story.timeline.comments]
    assert np.count_nonzero(created < start_at + 24 * HOUR) == pytest.approx(24 * 60 * 60, rel=0.02)
    recorded = 3 * 60 * 5
    crossed = len(population(story).crossed)
    assert 0.02 * recorded < crossed < 0.1 * recorded


def test_recorded_days_follow_each_other(data):
    """The measured day has an equal one before it: the same comments, a day earlier."""
    story, start_at, _ = tell(Plan(Profile(1.0, 1.8), data=data), Realism())
    created = story.timeline.created[: story.timeline.comments]
    busy = np.bincount(((created - start_at) // HOUR).astype(np.int64))
    assert busy[13] > 200
    assert busy[13] == pytest.approx(busy[37], abs=15)


def test_without_a_comment_there_is_nothing_to_measure():
    """The message says what to change."""
    with pytest.raises(NothingMeasuredError, match="higher rate or more hours"):
        tell(Plan(Profile(0.0001, 1.8), hours=0.1), Realism())


def test_a_file_that_cannot_be_played_is_named(tmp_path):
    """The replay server's own words: file, line, what is wrong."""
    path = tmp_path / "day.ndjson"
    path.write_text('{"kind": "t1"}\n')
    with pytest.raises(DataFileError, match="line 1"):
        tell(Plan(Profile(1.0, 1.8), data=path), Realism())
