import numpy as np
import pytest

from sandbox.reddit.generator.day import Plan, generate_day
from sandbox.reddit.realism import PERFECT
from sandbox.simulate.fates import STATES
from sandbox.simulate.film import UNKNOWN
from sandbox.simulate.generated import post_group
from sandbox.simulate.recorded import recorded_group
from sandbox.simulate.story import Window, told
from sandbox.simulate.timeline import timeline

HOUR = 3600.0


@pytest.fixture(scope="module")
def comments():
    things = generate_day(Plan(seed=5, hours=2, comments_per_minute=8))
    return [thing for thing in things if thing.is_comment]


@pytest.fixture(scope="module")
def story(comments):
    random = np.random.default_rng(1)
    lines = timeline(random, np.array([comment.created for comment in comments]))
    start = comments[0].created
    groups = (recorded_group(np.arange(len(comments)), comments), post_group(random, lines))
    window = Window(start, start + HOUR, start + 48 * HOUR, 10)
    return told(random, lines, groups, PERFECT, window)


def test_the_film_shows_what_the_replay_server_shows(comments, story):
    """Score, hidden or not, and state of every recorded comment are the same at any moment."""
    film = story.film()
    differing = 0
    for moment in np.sort(np.random.default_rng(2).uniform(0, 40 * HOUR, 200)) + story.start_at:
        film.play(moment - story.start_at)
        for at, comment in enumerate(comments):
            if comment.created >= moment:
                break
            hidden = comment.is_hidden(moment)
            expected = UNKNOWN if hidden else comment.score_at(moment)
            differing += film.scores[at] != expected
            differing += STATES[film.states[at]] != comment.state_at(moment)
    assert differing == 0
    assert (story.firsts == UNKNOWN).any()
    assert len(story.states.at) > 5


def test_truth_is_of_the_window_and_while_live(comments, story):
    """A span begins when it reaches the score while live; only the measured have any."""
    spans = story.truth.true
    window = story.window
    first = {}
    for thing, since in zip(spans.thing.tolist(), spans.since.tolist(), strict=True):
        first.setdefault(thing, since)
    for at, comment in enumerate(comments):
        reached = comment.reaches_at(10, comment.created)
        if at in first:
            assert first[at] == pytest.approx(reached - comment.created, abs=0.001)
            assert window.since <= comment.created < window.until
        elif comment.created < window.until:
            assert reached is None or reached - comment.created > 36 * HOUR
    assert len(first) > 5


def test_a_score_is_shown_only_where_it_can_be_seen(comments, story):
    """What is shown begins when a hidden score is no longer hidden."""
    for thing, since in zip(story.truth.shown.thing, story.truth.shown.since, strict=True):
        assert not comments[thing].is_hidden(comments[thing].created + since)
