"""A generated weekday against what was measured on real ones; each figure with its tolerance."""

from collections import Counter
from random import Random
from statistics import mean, quantiles

import pytest

from sandbox.reddit.generator.day import Plan, generate_day

HOUR = 3600
THRESHOLD = 10
END_HOURS = 40
# of comments that end at 10 or more: hours of age, and the share that shows 10 or more by then
SHOWN_BY_AGE = [
    ((0, 0.25), 0.03),
    ((0.25, 0.5), 0.13),
    ((0.5, 1), 0.26),
    ((1, 1.5), 0.40),
    ((2, 3), 0.61),
    ((4, 6), 0.78),
    ((8, 12), 0.91),
    ((12, 16), 0.95),
    ((16, 20), 0.97),
]


@pytest.fixture(scope="module")
def comments():
    return [thing for thing in generate_day(Plan(seed=2)) if thing.is_comment]


@pytest.fixture(scope="module")
def readings(comments):
    """The scores of comments that ever reach the threshold, read hourly as the real ones were."""
    random = Random(0)  # noqa: S311 - the same readings in every run
    table = []
    for thing in comments:
        first = thing.created + random.random() * HOUR
        scores = [thing.score_at(first + hour * HOUR) for hour in range(END_HOURS)]
        if max(scores) >= THRESHOLD:
            table.append(((first - thing.created) / HOUR, scores))
    return table


@pytest.fixture(scope="module")
def high(comments):
    return [thing for thing in comments if end_of(thing) >= THRESHOLD]


def end_of(thing):
    return thing.score_at(thing.created + END_HOURS * HOUR)


def percentile(values, percent):
    return quantiles(values, n=100)[percent - 1]


def test_rates_follow_the_hours_of_a_weekday(comments):
    """31 to 51 a minute over the day, the busiest hour 55 to 112."""
    by_hour = Counter(int(thing.created // HOUR) for thing in comments)
    assert 31 <= len(comments) / (24 * 60) <= 51
    assert 55 <= max(by_hour.values()) / 60 <= 112
    assert min(by_hour.values()) / 60 < 20


def test_the_share_that_ends_high(comments, high):
    """5.8 % end at 10 or more."""
    assert len(high) / len(comments) == pytest.approx(0.058, abs=0.006)


@pytest.mark.parametrize(("ages", "share"), SHOWN_BY_AGE)
def test_how_early_a_high_end_shows(high, ages, share):
    """The share already at 10 or more, by age, within five points."""
    random = Random(1)  # noqa: S311 - the same readings in every run
    moments = [(thing, thing.created + random.uniform(*ages) * HOUR) for thing in high]
    open_ = [(thing, moment) for thing, moment in moments if not thing.is_hidden(moment)]
    shown = sum(thing.score_at(moment) >= THRESHOLD for thing, moment in open_) / len(open_)
    assert shown == pytest.approx(share, abs=0.05)


def test_the_first_hourly_reading_at_the_threshold(readings):
    """Hours of age: half by 2.3, nine in ten by 8.5, all but one in a hundred by 18.7."""
    firsts = [
        offset + next(hour for hour, score in enumerate(scores) if score >= THRESHOLD)
        for offset, scores in readings
        if scores[-1] >= THRESHOLD
    ]
    assert percentile(firsts, 50) == pytest.approx(2.3, rel=0.25)
    assert percentile(firsts, 90) == pytest.approx(8.5, rel=0.25)
    assert percentile(firsts, 99) == pytest.approx(18.7, rel=0.3)


def test_votes_are_fuzzed_around_the_threshold(readings):
    """Of those that end near 10 (10 to 14), 38 % cross it more than once."""
    near = [scores for _, scores in readings if THRESHOLD <= scores[-1] < THRESHOLD + 5]
    crossings = [
        sum(a < THRESHOLD <= b for a, b in zip([1, *scores], scores, strict=False))
        for scores in near
    ]
    assert sum(count > 1 for count in crossings) / len(near) == pytest.approx(0.38, abs=0.08)


def test_some_fall_below_the_threshold_again(readings):
    """Of those ever at 10 or more, 3 to 4.6 % end below."""
    below = sum(scores[-1] < THRESHOLD for _, scores in readings) / len(readings)
    assert 0.025 <= below <= 0.052


def test_body_sizes(comments):
    """Bytes: half below 62, one in a hundred above 880, none above 40 kB."""
    sizes = [len(thing.versions[0].text.encode()) for thing in comments]
    assert percentile(sizes, 50) == pytest.approx(62, rel=0.1)
    assert percentile(sizes, 99) == pytest.approx(880, rel=0.15)
    assert 10_000 < max(sizes) <= 40_000


def test_a_text_tells_a_little_about_its_score(comments):
    """What is well said ends high four times as often as what is begged for."""

    def share(*words):
        texts = [(thing, thing.versions[0].text) for thing in comments]
        return mean(
            end_of(one) >= THRESHOLD for one, text in texts if any(w in text for w in words)
        )

    liked, ignored = share("therapy", "screenshot", "parties"), share("moon", "upvote", "guys")
    assert liked / ignored == pytest.approx(4, rel=0.3)


def test_a_stretch_has_the_rate_it_was_asked_for():
    """Whatever its hours are, up to the peak of 2021."""
    count = sum(thing.is_comment for thing in generate_day(Plan(3, 0.05, 2358)))
    assert count / 3 == pytest.approx(2358, rel=0.05)
