"""A snapshot reads both status pages without knowing more than they say."""

from sandbox.demo.snapshot import take_snapshot

OUTPUTS = {
    "stream_name": "s",
    "observations_delivery_stream_name": "kept",
    "dead_letters_delivery_stream_name": "dead",
    "lake_function_name": "job",
}


def reddit_page(last=100.0):
    return {
        "published": {"t1": 5, "t3": 1},
        "reached": 3,
        "found": 2,
        "crossed": [{"id": "t1_a", "age_seconds": 60.0, "score": 11}],
        "read": 4,
        "requests": 9,
        "requests_by_endpoint": {"info": 5, "comments": 4},
        "requests_per_minute_max": 7,
        "newest_asked_at": {"comments": last, "new": None},
    }


def aws_page(*, unread=None, function=None, instances=None):
    delivery = {"records_in": 2, "buffered_records": 1, "records_delivered": 1}
    return {
        "streams": {"s": {"records_put": 8, "records_read": 8, "oldest_unread_at": unread}},
        "delivery": {"kept": delivery, "dead": {**delivery, "records_in": 0}},
        "functions": {"job": function} if function else {},
        "instances": instances or {"i-1": {"status": "running"}},
    }


def test_counts_are_taken_over():
    """What the pages count is what the screen shows."""
    snapshot = take_snapshot(110.0, OUTPUTS, reddit_page(), aws_page(), queryable=7)
    assert (snapshot.published, snapshot.read, snapshot.sent, snapshot.passed) == (6, 4, 8, 2)
    assert (snapshot.buffered, snapshot.landed, snapshot.queryable) == (2, 1, 7)
    assert (snapshot.reached, snapshot.found, snapshot.crossed[0]["id"]) == (3, 2, "t1_a")
    assert (snapshot.requests, snapshot.looks) == (9, 5)
    assert snapshot.lags_seconds == {"producer": 10.0, "stream": 0.0, "lake": 0.0}


def test_the_stream_lags_by_its_oldest_unread_record():
    """A record that Flink has not read for 50 s is a lag of 50 s."""
    snapshot = take_snapshot(110.0, OUTPUTS, reddit_page(), aws_page(unread=60.0))
    assert snapshot.lags_seconds["stream"] == 50.0
    assert snapshot.unread_by_flink


def test_nobody_waits_for_a_dead_producer():
    """An outage must show in the data, so the clock does not wait for it."""
    page = aws_page(instances={"i-1": {"status": "exited"}})
    assert take_snapshot(500.0, OUTPUTS, reddit_page(), page).lags_seconds["producer"] == 0.0


def test_the_lake_lags_only_while_a_run_is_late_for_the_next():
    """A run within its interval is in time."""
    running = {"invocations": 3, "running_since": 90.0, "next_due_at": 100.0}
    for since, lag in ((90.0, 30.0), (None, 0.0)):
        page = aws_page(function={**running, "running_since": since})
        assert take_snapshot(130.0, OUTPUTS, reddit_page(), page).lags_seconds["lake"] == lag


def test_live_reddit_has_no_status_page():
    """Without a replay server only AWS is counted."""
    snapshot = take_snapshot(110.0, OUTPUTS, None, aws_page())
    assert (snapshot.published, snapshot.requests) == (None, None)
    assert snapshot.lags_seconds["producer"] == 0.0
