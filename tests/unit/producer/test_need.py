"""`wsb check` says beforehand how many requests a subreddit takes."""

import pytest

from producer.check import needs
from producer.need import Rate, per_minute, together
from producer.settings import ProducerSettings
from tests.support.producer_world import ENVIRONMENT

WEEKDAY = Rate(comments_per_minute=42.0, posts_per_minute=0.5)
PEAK = Rate(comments_per_minute=2358.0, posts_per_minute=20.0)


def settings(**changes):
    return ProducerSettings.from_environment({**ENVIRONMENT, **changes})


def said(rate, **changes):
    return [(each.status, each.text) for each in needs(rate, settings(**changes))]


def test_the_rate_is_that_of_the_newest_page():
    """The silence since the newest thing counts, a clock that is a little behind does not."""
    births = [1000.0 + 2 * number for number in range(100)]
    assert per_minute(births, 1200.0) == pytest.approx(30.0)
    assert per_minute(births, 1300.0) == pytest.approx(20.0)
    assert per_minute(births, 1100.0) == pytest.approx(100 / 198 * 60)
    assert per_minute([], 1200.0) == 0


def test_what_a_subreddit_needs():
    """Kept: 5.8 % of comments and all posts; two looks at each are guaranteed."""
    assert WEEKDAY.kept_per_day == pytest.approx((42 * 0.058 + 0.5) * 1440)
    assert WEEKDAY.guaranteed_per_minute == pytest.approx(0.85)
    assert WEEKDAY.reading_per_minute == 4.0
    assert PEAK.reading_per_minute == pytest.approx(25.58)
    assert PEAK.guaranteed_per_minute == pytest.approx(47.56)
    assert together([WEEKDAY, PEAK]) == Rate(2400.0, 20.5)


def test_the_sweep_sees_each_kept_thing_once_a_day():
    """3,500 kept a day: some 2.2 requests a minute at 90 days."""
    rate = Rate(3500 / 1440 / 0.058, 0.0)
    assert rate.kept_per_day == pytest.approx(3500)
    assert 3500 * 90 / 100 / 1440 <= rate.sweep_per_minute(90) <= 2.5
    assert rate.sweep_per_minute(365) == pytest.approx(rate.sweep_per_minute(90) * 365 / 90)
    least = rate.reading_per_minute + rate.guaranteed_per_minute
    assert rate.least_per_minute(90) == pytest.approx(least + rate.sweep_per_minute(90))


def test_it_is_said_in_plain_words():
    """With the costs of 90 and 365 days, and of what is set."""
    written, sweep, promised = said(WEEKDAY, WSB_LAKE_RETENTION_DAYS="30")
    assert written[1].startswith("42.0 comments and 0.5 posts a minute lately: 4,228 a day to keep")
    costs = [
        f"{WEEKDAY.sweep_per_minute(days):.1f} once the lake holds {days} days"
        for days in (30, 90, 365)
    ]
    assert sweep == ("ok", f"looking for deletions takes requests a minute: {', '.join(costs)}")
    least = WEEKDAY.least_per_minute(30)
    assert promised[0] == "ok"
    assert (
        f"takes {least:.1f} requests a minute, with WSB_LAKE_RETENTION_DAYS=30, of 95"
        in promised[1]
    )
    assert "`wsb simulate`" in promised[1]


def test_a_quota_that_cannot_hold_what_is_promised_is_wrong():
    """A whole year of such days is more than any client may ask."""
    status, text = said(PEAK)[-1]
    assert status == "WRONG"
    assert "WSB_LAKE_RETENTION_DAYS=365, of 95 there are" in text
    assert said(WEEKDAY, WSB_REQUESTS_PER_MINUTE="5")[-1][0] == "WRONG"
