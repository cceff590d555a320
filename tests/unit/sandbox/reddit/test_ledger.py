from sandbox.reddit.ledger import Ledger
from tests.support.reddit_builders import START, comment, world


def test_requests_are_counted_by_clock_minute():
    """And by endpoint."""
    ledger = Ledger(10)
    assert ledger.status()["requests_per_minute_max"] == 0
    for second in (0, 10, 59, 60, 61, 125):
        ledger.asked("comments", 600.0 + second)
    ledger.asked("thread", 730.0)
    status = ledger.status()
    assert status["requests"] == 7
    assert status["requests_by_endpoint"] == {"comments": 6, "thread": 1}
    assert status["requests_per_minute_max"] == 3
    assert status["newest_asked_at"] == {"comments": 725.0, "new": None}


def test_crossed_are_the_last_comments_first_shown_at_the_minimum():
    """Once each, with the age and score of that answer; a hidden score crosses nothing."""
    place = world(
        comment("a", looks=[(100, 12), (200, 30)]),
        comment("b", 50, looks=[(100, 12)]),
        comment("h", looks=[(100, 1, 1), (900, 20)]),
    )
    ledger = Ledger(10)
    for age in (90, 100, 150, 200):
        ledger.answered(place.things.values(), START + age)
    assert ledger.status()["crossed"] == [
        {"id": "t1_a", "age_seconds": 90, "score": 10},
        {"id": "t1_b", "age_seconds": 100, "score": 12},
    ]
