"""The recall estimate: seen by 24 h, of those seen by 36 h, over births that are over."""

from producer.looks.recall import RecallEstimate, recall_percent

HOUR = 3600.0
START = 1_000_000 * HOUR


def test_nothing_is_said_before_a_birth_is_over():
    """36 hours after it, and half an hour for the last look."""
    estimate = RecallEstimate(START)
    estimate.crossed([START + 1.5 * HOUR], START + 5 * HOUR)
    assert recall_percent([estimate], START + 38.4 * HOUR) is None
    assert recall_percent([estimate], START + 38.5 * HOUR) == 100.0


def test_it_is_the_share_seen_by_24_hours():
    """A look a little after 24 hours is that look; one at 30 hours is late."""
    estimate = RecallEstimate(START)
    birth = START + 1.5 * HOUR
    estimate.crossed([birth, birth], birth + HOUR)
    estimate.crossed([birth], birth + 24.4 * HOUR)
    estimate.crossed([birth], birth + 24.6 * HOUR)
    estimate.crossed([birth], birth + 36.4 * HOUR)
    assert recall_percent([estimate], START + 40 * HOUR) == 60.0


def test_only_what_was_followed_from_its_birth_counts():
    """Who was born before the start, or is seen later than the last look, says nothing."""
    estimate = RecallEstimate(START)
    estimate.crossed([START - 1, START + 0.5 * HOUR], START + 30 * HOUR)
    estimate.crossed([START + 1.5 * HOUR], START + 39 * HOUR)
    assert recall_percent([estimate], START + 50 * HOUR) is None


def test_it_is_about_the_births_of_a_day_and_forgets_older_ones():
    estimate = RecallEstimate(START)
    bad, good = START + 1.5 * HOUR, START + 26.5 * HOUR
    estimate.crossed([bad], bad + 30 * HOUR)
    estimate.crossed([good], good + HOUR)
    assert recall_percent([estimate], good + 37.5 * HOUR) == 100.0
    assert recall_percent([estimate], bad + 37.5 * HOUR) is None
    estimate = RecallEstimate(START)
    estimate.crossed([bad], bad + 30 * HOUR)
    assert recall_percent([estimate], bad + 38 * HOUR) == 0.0


def test_several_subreddits_have_one_estimate():
    """Each crossing counts once, whatever its subreddit."""
    one, two = RecallEstimate(START), RecallEstimate(START)
    birth = START + 1.5 * HOUR
    one.crossed([birth] * 3, birth + HOUR)
    two.crossed([birth], birth + 30 * HOUR)
    assert recall_percent([one, two], birth + 38 * HOUR) == 75.0
