import numpy as np
import pytest

from sandbox.reddit.realism import Realism
from sandbox.simulate.fates import LIVE
from sandbox.simulate.listings import Listing
from sandbox.simulate.names import indexes_of
from sandbox.simulate.plan import Plan, tell
from sandbox.simulate.profile import Profile
from sandbox.simulate.threads import Threads

HOUR = 3600.0
REALISM = Realism(cache_seconds=0)


@pytest.fixture(scope="module")
def story():
    return tell(Plan(Profile(40.0, 1.8), hours=1, before_hours=3), REALISM).story


@pytest.fixture
def film(story):
    return story.film()


def listing(story, film, realism=REALISM):
    return Listing(story, film, realism, 0, story.timeline.comments)


def pages(listed, story, now):
    shown, after, turns = [], None, 0
    while turns == 0 or after is not None:
        things, follows = listed.page(after, now)
        shown += things.tolist()
        after = story.names[things[-1]] if follows else None
        turns += 1
    return shown, turns


@pytest.mark.parametrize("hours", [0.3, 1, 3.9])
def test_pages_show_the_newest_thousand_that_can_be_seen(story, film, hours):
    """All pages together are what has appeared and is live, in the listing's order, once each."""
    now = story.start_at + hours * HOUR
    film.play(hours * HOUR)
    comments = np.arange(story.timeline.comments)
    there = comments[(story.appears_at[comments] <= now) & (film.states[comments] == LIVE)]
    there = there[story.place[there] <= now + REALISM.disorder_max_seconds]
    expected = there[np.argsort(story.place[there], kind="stable")][::-1][:1000]
    shown, turns = pages(listing(story, film), story, now)
    assert shown == expected.tolist()
    assert turns == -(-len(expected) // 100)
    assert (np.diff(story.timeline.created[shown]) > 0).any()  # out of order, as Reddit's is


def test_a_deleted_anchor_gives_an_empty_page(story, film):
    """As on Reddit, which answers no error."""
    now = story.start_at + 3 * HOUR
    film.play(3 * HOUR)
    things, follows = listing(story, film).page(None, now)
    assert follows
    film.states[things[-1]] = LIVE + 1
    empty, follows = listing(story, film).page(story.names[things[-1]], now)
    assert (len(empty), follows) == (0, False)


def test_what_appears_late_is_not_listed_before(story, film):
    """A late thing comes up below what was read already."""
    late = np.flatnonzero(story.appears_at - story.timeline.created > 10)
    late = int(late[late < story.timeline.comments][-1])
    for moment, is_there in ((story.appears_at[late] - 0.1, 0), (story.appears_at[late], 1)):
        film.play(moment - story.start_at)
        assert pages(listing(story, film), story, moment)[0].count(late) == is_there


def test_a_cached_page_is_seconds_old(story, film):
    """Within the cache's time nothing new comes up."""
    cached = listing(story, film, Realism(cache_seconds=30))
    now = story.start_at + 2 * HOUR
    film.play(2 * HOUR)
    first = cached.page(None, now)[0].tolist()
    assert cached.page(None, now + 29)[0].tolist() == first
    assert cached.page(None, now + 30)[0].tolist() != first


@pytest.mark.parametrize("hours", [0.5, 3.9])
def test_a_thread_and_what_is_behind_more_are_all_of_it(story, film, hours):
    """Whoever asks for the page and then for all that `more` names has every comment."""
    now = story.start_at + hours * HOUR
    film.play(hours * HOUR)
    threads = Threads(story, film)
    comments = np.arange(story.timeline.comments)
    posts, counts = np.unique(story.timeline.post[comments], return_counts=True)
    for post in posts[np.argsort(counts)][[0, -2, -1]]:
        there = comments[(story.timeline.post[comments] == post)]
        there = there[(story.appears_at[there] <= now) & (film.states[there] == LIVE)]
        page, more = threads.page(int(post), now)
        assert len(page) == min(500, len(there))
        found, asked = set(page.tolist()), 0
        while len(more):
            things, behind = threads.more(more[:100], now)
            assert len(things) <= 100
            found |= set(things.tolist())
            more = np.concatenate((more[100:], behind))
            asked += 1
            assert asked < 500
        assert found == set(there.tolist())


def test_a_thread_shows_the_newest_trees_first(story, film):
    """Replies to older comments sit behind `more`, however new they are."""
    now = story.start_at + 3.9 * HOUR
    film.play(3.9 * HOUR)
    timeline = story.timeline
    post = int(np.bincount(timeline.post[: timeline.comments]).argmax())
    page, more = Threads(story, film).page(post, now)
    roots = timeline.root[page]
    assert len(more) > 50
    oldest_root = timeline.created[roots].min()
    behind_roots = more[timeline.parent[more] == post]
    assert timeline.created[behind_roots].max() <= oldest_root
    assert indexes_of(story.names[page].tolist()).tolist() == page.tolist()
