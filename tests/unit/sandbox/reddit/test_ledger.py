from sandbox.reddit.ledger import Ledger
from tests.support.reddit_builders import START, comment, world


def test_requests_are_counted_by_clock_minute():
    """The last minute is the last whole one."""
    ledger = Ledger(10)
    for second in (0, 10, 59, 60, 61, 125):
        ledger.asked("comments", 600.0 + second)
    ledger.asked("thread", 730.0)
    status = ledger.status(730.0)
    assert status["requests"] == 7
    assert status["requests_by_endpoint"] == {"comments": 6, "thread": 1}
    assert status["requests_per_minute_max"] == 3
    assert status["requests_per_minute_last"] == 2
    assert status["newest_asked_at"] == {"comments": 725.0, "new": None}
    assert status["first_request_wall"] > 0


def test_a_ledger_that_nobody_asked_is_empty():
    """Every figure is there from the start."""
    status = Ledger(10).status(0.0)
    assert (status["requests_per_minute_max"], status["first_request_wall"]) == (0, None)


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
    assert ledger.status(START)["crossed"] == [
        {"id": "t1_a", "age_seconds": 90, "score": 10},
        {"id": "t1_b", "age_seconds": 100, "score": 12},
    ]
