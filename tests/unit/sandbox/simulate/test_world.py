import numpy as np
import pytest

from producer.reddit.batch import STATE_NAMES, UNKNOWN
from producer.reddit.question import Info, ListingPage, More, Thread
from sandbox.reddit.realism import PERFECT, Realism
from sandbox.simulate.fates import STATES
from sandbox.simulate.plan import Plan, tell
from sandbox.simulate.profile import Profile
from sandbox.simulate.world import World

HOUR = 3600.0


@pytest.fixture(scope="module")
def story():
    return tell(Plan(Profile(40.0, 1.8), hours=1, before_hours=3), PERFECT).story


def test_a_batch_says_of_each_thing_what_is_so(story):
    """Every column, row by row, is what the story says of that thing at that moment."""
    now = story.start_at + 3.5 * HOUR
    timeline = story.timeline
    comments = np.flatnonzero(timeline.created[: timeline.comments] < now)[::7]
    posts = timeline.comments + np.arange(5)
    asked = np.concatenate((comments[-90:], posts))
    world = World(story, PERFECT, 0)
    things, answer = world.ask(Info(tuple(story.names[asked].tolist())), now)
    batch = answer.items
    film = story.film()
    film.play(now - story.start_at)
    assert things.tolist() == asked.tolist()
    assert batch.ids == story.names[asked].tolist()
    assert batch.created_at.tolist() == timeline.created[asked].tolist()
    assert batch.scores.tolist() == film.scores[asked].tolist()
    assert [STATE_NAMES[state] for state in batch.states] == [
        STATES[state] for state in film.states[asked]
    ]
    assert list(batch.post_ids)[-5:] == [None] * 5
    for at, thing in enumerate(comments[-90:].tolist()):
        assert batch.post_ids[at] == story.names[timeline.post[thing]]
        assert batch.parent_ids[at] == story.names[timeline.parent[thing]]
        assert batch.parent_ids[at : at + 1] == [batch.parent_ids[at]]
    assert UNKNOWN in batch.scores.tolist()


def test_an_edit_changes_text_and_time(story):
    """What was edited has another checksum from then on, and says when."""
    event = int(np.flatnonzero(story.edits.thing < story.timeline.comments)[0])
    thing = int(story.edits.thing[event])
    edited_at = story.start_at + story.edits.at[event] / 1000
    question = Info((story.names[thing],))
    world = World(story, PERFECT, 0)
    before = world.ask(question, edited_at - 0.5)[1].items
    after = world.ask(question, edited_at + 0.5)[1].items
    assert before.edited_at.tolist() == [0.0]
    assert after.edited_at.tolist() == [pytest.approx(edited_at, abs=1)]
    assert before.text_crcs.tolist() != after.text_crcs.tolist()


def test_what_has_not_appeared_is_not_answered(story):
    """A thing of the future is unknown, as on Reddit."""
    world = World(story, PERFECT, 0)
    future = story.names[story.timeline.comments - 1]
    assert world.ask(Info((future,)), story.start_at + HOUR)[1].items.ids == []


def test_some_things_are_left_out_now_and_then(story):
    """As /api/info leaves them out; the same seed leaves out the same."""
    now = story.start_at + 3 * HOUR
    known = tuple(story.names[:1000:10].tolist())
    shares = Realism(omitted_share=0.2)
    answers = [World(story, shares, seed).ask(Info(known), now)[1].items.ids for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]
    assert 60 < len(answers[0]) < 95
    assert answers[0] == [name for name in known if name in answers[0]]


def test_a_listing_turns_its_pages(story):
    """The anchor that an answer gives leads to what is listed below it."""
    now = story.start_at + 2 * HOUR
    world = World(story, PERFECT, 0)
    seen, after = [], None
    for _ in range(3):
        _, answer = world.ask(ListingPage("x", "comments", after), now)
        seen += answer.items.ids
        after = answer.after
        assert after == seen[-1]
    assert len(set(seen)) == 300
    _, answer = world.ask(ListingPage("x", "new", None), now)
    assert {name[:3] for name in answer.items.ids} == {"t3_"}


def test_a_thread_comes_with_its_post_and_names_what_is_behind_more(story):
    """The post is on its page; what is not shown is named, and answered by name."""
    now = story.start_at + 3.9 * HOUR
    timeline = story.timeline
    post = story.names[int(np.bincount(timeline.post[: timeline.comments]).argmax())]
    world = World(story, PERFECT, 0)
    _, answer = world.ask(Thread("x", post), now)
    assert answer.items.ids[0] == post
    assert len(answer.items.ids) == 501
    assert not set(answer.more) & set(answer.items.ids)
    _, rest = world.ask(More(post, answer.more[:50]), now)
    live = [name for name in answer.more[:50] if name in rest.items.ids]
    assert len(live) > 40
