import pytest

from sandbox.reddit.faults import FaultKind, RedditFaults


def faults(**order):
    switches = RedditFaults()
    switches.switch_on(order, now=100.0)
    return switches


def test_a_count_ends_it():
    """So many answers fail, no more."""
    switches = faults(kind="500", count=2)
    assert [bool(switches.hit("info", 100)) for _ in range(4)] == [True, True, False, False]


def test_a_span_of_the_clock_ends_it():
    """The end is not included."""
    switches = faults(kind="timeout", seconds=10)
    assert [bool(switches.hit("info", t)) for t in (100, 109.9, 110, 100)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_probability_hits_some():
    """The same ones in every run."""
    hits = [
        [bool(switches.hit("info", 100)) for _ in range(1000)]
        for switches in (faults(kind="html", probability=0.3) for _ in range(2))
    ]
    assert hits[0] == hits[1]
    assert 250 < sum(hits[0]) < 350


def test_an_endpoint_limits_it():
    """The others answer."""
    switches = faults(kind="403", endpoint="info")
    assert switches.hit("comments", 100) is None
    assert switches.hit("info", 100).kind is FaultKind.FORBIDDEN


@pytest.mark.parametrize("kind", ["expired_token", "401", "403", "empty", "truncated"])
def test_a_token_is_granted_unless_its_endpoint_is_meant(kind):
    """A client that is refused may ask for another one; what takes the whole site down does not."""
    assert faults(kind=kind).hit("token", 100) is None
    assert faults(kind=kind).hit("info", 100)
    assert faults(kind=kind, endpoint="token").hit("token", 100)
    assert faults(kind="503").hit("token", 100)


def test_a_spoilt_answer_is_spoilt_as_ordered():
    """Another field, another age; otherwise the usual ones."""
    fault = faults(kind="renamed", field="score").hit("info", 100)
    assert (fault.kind, fault.field) == (FaultKind.RENAMED, "score")
    assert faults(kind="stale", age_seconds=7).hit("info", 100).age_seconds == 7
    assert faults(kind="stale").hit("info", 100).age_seconds == 45
    assert faults(kind="renamed").hit("info", 100).field == "link_id"


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([], "A fault is an object with"),
        ({"kind": "500", "often": 1}, "A fault is an object with"),
        ({"kind": "418"}, "The kind of a fault is one of 429"),
        ({"kind": "500", "count": -1}, "The count of a fault is"),
        ({"kind": "500", "seconds": "10"}, "The seconds of a fault is"),
        ({"kind": "500", "probability": 2}, "The probability of a fault is"),
        ({"kind": "renamed", "field": "link id"}, "The field of a fault is a field's name"),
        ({"kind": "stale", "age_seconds": 0}, "The age_seconds of a fault is an age"),
        ({"kind": "500", "endpoint": "hot"}, "The endpoint of a fault is one of comments"),
    ],
)
def test_a_wrong_order_says_what_is_wrong(order, message):
    """The control API hands it on."""
    with pytest.raises(ValueError, match=message):
        RedditFaults().switch_on(order, 0)
