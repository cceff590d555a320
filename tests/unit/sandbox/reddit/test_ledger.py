from sandbox.reddit.ledger import Ledger


def test_requests_are_counted_by_clock_minute():
    """The last minute is the last whole one."""
    ledger = Ledger(10)
    for second in (0, 10, 59, 60, 61, 125):
        ledger.asked("comments", 600.0 + second)
    ledger.asked("thread", 730.0)
    status = ledger.status(730.0)
    assert status["requests"] == 7
    assert status["requests_per_minute_max"] == 3
    assert status["requests_per_minute_last"] == 2
    assert status["newest_asked_at"] == {"comments": 725.0, "new": None}
    assert status["first_request_wall"] > 0


def test_a_ledger_that_nobody_asked_is_empty():
    """Every figure is there from the start."""
    status = Ledger(10).status(0.0)
    assert (status["requests_per_minute_max"], status["first_request_wall"]) == (0, None)
