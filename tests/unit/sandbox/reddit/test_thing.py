from math import inf

import pytest

from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import ThingState
from tests.support.reddit_builders import START, comment, post


def test_a_hidden_score_shows_as_one_until_the_first_open_look():
    """Score 1 with `score_hidden` means that it is unknown."""
    thing = RecordedThing(comment("a", looks=[(100, 1, 1), (200, 20, 0), (300, 20, 0)]))
    shown = [(thing.score_at(START + t), thing.is_hidden(START + t)) for t in (0, 199, 200, 300)]
    assert shown == [(1, True), (1, True), (20, False), (20, False)]


def test_a_score_never_shown_stays_hidden():
    """Bots' comments are."""
    assert RecordedThing(comment("a", looks=[(100, 1, 1)])).is_hidden(START + 10**7)


def test_the_true_score_grows_behind_the_hidden_one():
    """The hidden looks' score 1 is not taken for a real one."""
    thing = RecordedThing(comment("a", looks=[(100, 1, 1), (200, 21, 0)]))
    assert thing.true_peak(START, START + 100) == 11


def test_an_edit_shows_from_the_moment_it_says():
    """A look finds it later."""
    thing = RecordedThing(comment("a", changes=[(START + 3600, "new", "ape", START + 100)]))
    texts = [thing.versions[thing.version_at(START + t)].text for t in (0, 99, 100, 4000)]
    assert texts == ["body of a", "body of a", "new", "new"]


def test_an_edit_before_the_first_look_is_not_shown_before_it_happened():
    """Its text is all we know, but `edited` must not lie in the future."""
    thing = RecordedThing(comment("a", edited=START + 50))
    versions = [thing.versions[thing.version_at(START + t)] for t in (0, 50)]
    assert [version.edited for version in versions] == [False, START + 50]


@pytest.mark.parametrize(
    ("text", "author", "state"),
    [
        ("[deleted]", None, ThingState.DELETED),
        ("[removed]", None, ThingState.REMOVED),
        ("[removed]", "ape", ThingState.REMOVED),
        ("still here", None, ThingState.LIVE),
        ("[deleted]", "ape", ThingState.LIVE),
    ],
)
def test_text_and_author_tell_the_state(text, author, state):
    """A deleted account leaves its comments live."""
    thing = RecordedThing(comment("a", changes=[(START + 10, text, author, False)]))
    assert [thing.state_at(START + t) for t in (9, 10)] == [ThingState.LIVE, state]


def test_true_peak_counts_only_while_it_is_live():
    """What a deleted comment's score does, nobody can see."""
    thing = RecordedThing(
        comment("a", looks=[(100, 11)], changes=[(START + 50, "[deleted]", None, False)])
    )
    assert thing.true_peak(START, START + 1000) == 6
    assert [thing.reaches_at(score, START) for score in (5, 6)] == [START + 40, None]


def test_a_peak_that_lasts_is_the_highest_score_for_so_long_on_end():
    """A look at 12 between lower ones is 12 for an instant, which nobody can see."""
    thing = RecordedThing(comment("a", looks=[(100, 1), (200, 12), (300, 1)]))
    lasting = [thing.lasting_peak(START, START + 1000, seconds) for seconds in (0, 20, 60, 190)]
    assert lasting == [12, 10, 8, 1]
    assert thing.lasting_peak(START, START + 50, 60) is None
    gone = RecordedThing(
        comment("b", looks=[(100, 10), (900, 10)], changes=[(START + 150, "[removed]", None, 0)])
    )
    assert gone.lasting_peak(START, START + 1000, 60) == 9


def test_a_removed_comment_may_be_approved_again():
    """Then it has two spans of life."""
    changes = [(START + 10, "[removed]", None, False), (START + 20, "again", "ape", False)]
    thing = RecordedThing(comment("a", changes=changes))
    assert thing.live_spans() == [(START, START + 10), (START + 20, inf)]
    assert thing.state_at(START + 21) is ThingState.LIVE


def test_a_post_shows_score_comments_and_ratio_of_its_looks():
    """All three move from look to look."""
    thing = RecordedThing(post(looks=[(100, 11, 20, 0.8)]))
    half = START + 50
    assert (thing.score_at(half), thing.replies_at(half)) == (6, 10)
    assert thing.upvote_ratio_at(half) == pytest.approx(0.9)


def test_an_edit_does_not_end_a_span_of_life():
    """Nobody who reads the listing misses it for that."""
    changes = [(START + 50, "new", "ape", START + 50), (START + 90, "[deleted]", None, False)]
    thing = RecordedThing(comment("a", changes=changes))
    assert thing.live_spans() == [(START, START + 90)]


def test_data_is_what_was_given():
    """Kept serialised, it loses nothing."""
    record = comment("a", body='🚀\u2028"\\')
    assert RecordedThing(record).data == record["data"]
