"""What fails in the sandbox's Reddit fails as in Reddit, and real PRAW says what."""

import time

import prawcore
import pytest

from sandbox.reddit.realism import PERFECT, Realism
from tests.support.reddit_server import HOUR, NOW, live, staged

pytest_plugins = ["tests.support.reddit_fixtures"]
pytestmark = pytest.mark.usefixtures("_praw_may_ask_elsewhere")


def test_the_quota_is_the_clocks(tmp_path, day):
    """The window's requests and no more, whatever the wall says; then 429 until its end."""
    with staged(tmp_path, day, PERFECT, requests_per_window=5) as stage:
        stage.at(HOUR)
        window_left = 600 - stage.clock.now() % 600
        with stage.client() as client:
            answers = [client.get("/api/info", params={"id": "t1_x"}) for _ in range(7)]
            assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
            assert float(answers[-1].headers["retry-after"]) == pytest.approx(window_left, abs=1)
            told = {
                name: answers[4].headers[f"x-ratelimit-{name}"] for name in ("remaining", "used")
            }
            assert told == {"remaining": "0.0", "used": "5"}
            assert int(answers[4].headers["x-ratelimit-reset"]) == pytest.approx(window_left, abs=1)
            stage.at(HOUR + window_left)
            assert client.get("/api/info", params={"id": "t1_x"}).status_code == 200
        status = stage.status()
    assert (status["requests"], status["refused"]) == (8, 2)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", prawcore.exceptions.TooManyRequests),
        ("429_bare", prawcore.exceptions.TooManyRequests),
        ("429_edge", prawcore.exceptions.TooManyRequests),
        ("401", prawcore.exceptions.ResponseException),
        ("reset", prawcore.exceptions.RequestException),
        ("reset_body", prawcore.exceptions.RequestException),
        ("500", prawcore.exceptions.ServerError),
        ("502", prawcore.exceptions.ServerError),
        ("503", prawcore.exceptions.ServerError),
        ("504", prawcore.exceptions.ServerError),
        ("403", prawcore.exceptions.Forbidden),
        ("truncated", prawcore.exceptions.BadJSON),
        ("html", prawcore.exceptions.BadJSON),
    ],
)
def test_a_fault_is_what_prawcore_calls_it(stage, subreddit, monkeypatch, kind, error):
    """And the next answer is right again; nothing of the failed one counts as read."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # prawcore's back-off is on the wall
    stage.fault(kind=kind, endpoint="comments")
    with pytest.raises(error):
        next(subreddit.comments())
    assert stage.status()["read"] == 0
    stage.fault_off()
    assert len(list(subreddit.comments(limit=10))) == 10
    assert stage.status()["read"] == 10


def test_what_a_429_says_differs(stage):
    """When to come back, that all is used, or nothing at all."""
    with stage.client() as client:

        def said(kind):
            stage.fault(kind=kind, count=1)
            answer = client.get("/r/wallstreetbets/comments")
            assert answer.status_code == 429
            return {name: answer.headers.get(name) for name in ("retry-after", REMAINING)}

        assert said("429") == {"retry-after": "4", REMAINING: None}
        assert said("429_bare") == {"retry-after": None, REMAINING: None}
        assert said("429_edge") == {"retry-after": None, REMAINING: "0.0"}


REMAINING = "x-ratelimit-remaining"


def test_an_answer_may_lack_the_quotas_headers(stage):
    """It is right in all else."""
    stage.fault(kind="no_headers", count=1)
    with stage.client() as client:
        bare, full = (client.get("/r/wallstreetbets/comments") for _ in range(2))
    assert bare.json() == full.json()
    assert REMAINING in full.headers
    assert not [name for name in bare.headers if name.startswith("x-ratelimit")]


@pytest.mark.parametrize("path", ["/r/wallstreetbets/comments", "/r/wallstreetbets/new"])
def test_an_empty_page_is_a_right_answer_without_anything_in_it(stage, path):
    """Nothing was shown by it, nor was there a word of why."""
    stage.fault(kind="empty", count=1)
    with stage.client() as client:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["data"]["children"]) == (200, [])
        assert answer.json()["data"]["after"] is None
        assert stage.status()["read"] == 0
        assert client.get(path).json()["data"]["children"] != []


def test_who_asks_again_on_a_connection_has_taken_the_answer_before(stage):
    """Until then it may be on its way, while another connection's overtakes it."""
    with stage.client() as one, stage.client() as other:
        for client in (one, other, one):
            client.get("/r/wallstreetbets/new", params={"limit": 1})
        (name,) = stage.ledger().read
        answered = stage.ledger().answered[name]
        assert answered.via == "nnn"
        assert answered.walls[1] < answered.taken_by[0] < answered.walls[2]
        assert answered.taken_by[1] == pytest.approx(answered.walls[1] + 2)
        other.get("/r/wallstreetbets/comments")
        assert stage.ledger().answered[name].taken_by[1] < answered.taken_by[1]


def test_threads_and_names_answer_with_nothing_too(stage):
    """What was asked for by name, the ledger knows that it lacked."""
    name = live(stage, "t1")[0].fullname
    daily = next(iter(stage.world.things)).partition("_")[2]
    stage.fault(kind="empty")
    with stage.client() as client:
        assert client.get("/api/info", params={"id": name}).json()["data"]["children"] == []
        page = client.get(f"/comments/{daily}").json()
        assert [part["data"]["children"] for part in page] == [[], []]
        more = client.post("/api/morechildren", data={"link_id": daily, "children": name[3:]})
        assert more.json() == {"json": {"errors": [], "data": {"things": []}}}
        stage.fault_off()
        assert client.get("/api/info", params={"id": name}).json()["data"]["children"] != []
    assert stage.ledger().answered[name].lacked == [stage.clock.now()]


def test_a_stale_page_shows_what_was(stage):
    """Its things and their scores are those of that moment, and the ledger knows which."""
    stage.fault(kind="stale", age_seconds=HOUR / 2)
    now = stage.clock.now()
    with stage.client() as client:
        page = client.get("/r/wallstreetbets/comments", params={"limit": 100}).json()["data"]
    shown = [child["data"] for child in page["children"]]
    assert now - HOUR / 2 - 60 < max(data["created_utc"] for data in shown) <= now - HOUR / 2
    then = {data["name"]: data["score"] for data in shown if not data["score_hidden"]}
    things = stage.world.things
    assert then == {name: things[name].score_at(now - HOUR / 2) for name in then}
    assert any(score != things[name].score_at(now) for name, score in then.items())
    answered = stage.ledger().answered
    assert then == {name: answered[name].scores[0] for name in then}
    assert {tuple(answered[name].moments) for name in then} == {(now,)}


def test_a_listing_comes_out_of_a_stale_cache_now_and_then(tmp_path, day):
    """As the real ones do; what is asked for by name does not."""
    realism = Realism(stale_share=0.2, latency_seconds=0)
    with staged(tmp_path, day, realism) as stage, stage.client() as client:
        stage.at(NOW)
        newest = set()
        for _ in range(40):
            page = client.get("/r/wallstreetbets/comments", params={"limit": 1}).json()["data"]
            newest.add(page["children"][0]["data"]["name"])
    assert 3 <= len(newest) <= 20


def test_a_renamed_field_makes_its_things_unreadable(stage):
    """The ledger does not take them as read; posts have no such field."""
    stage.fault(kind="renamed", count=2)
    with stage.client() as client:
        page = client.get("/r/wallstreetbets/comments").json()["data"]["children"]
        assert all("link_id" not in child["data"] for child in page)
        assert all(child["data"]["link_id_v2"] for child in page)
        assert stage.status()["read"] == 0
        posts = client.get("/r/wallstreetbets/new").json()["data"]["children"]
        assert stage.status()["read"] == len(posts) > 0


def test_a_dripping_answer_never_ends(stage):
    """Each read has its byte in time; whoever waits for the end must give up by himself."""
    stage.fault(kind="dripping", count=1)
    with stage.client() as client, client.stream("GET", "/r/wallstreetbets/comments") as answer:
        parts = answer.iter_raw()
        assert [len(next(parts)) for _ in range(3)] == [1, 1, 1]
        assert int(answer.headers["content-length"]) > 1000
    assert stage.status()["read"] == 0


def test_an_answer_takes_a_span_of_the_clock(tmp_path, day):
    """Held back over the socket too."""
    with staged(tmp_path, day, Realism(latency_seconds=0.2)) as stage, stage.client() as client:
        stage.clock.set_speed(1.0)
        begun = time.monotonic()
        for _ in range(10):
            client.get("/api/info", params={"id": "t1_x"})
        assert time.monotonic() - begun > 1.0


def test_a_request_that_fails_showed_nothing(stage):
    """It was made, and counts against the quota."""
    stage.at(600)
    stage.fault(kind="503", endpoint="comments", count=1)
    with stage.client() as client:
        client.get("/r/wallstreetbets/comments")
        status = stage.status()
        assert (status["requests"], status["newest_asked_at"]["comments"]) == (1, stage.clock.now())
        assert stage.ledger().read == set()
        client.get("/r/wallstreetbets/comments")
    assert len(stage.ledger().read) > 0


def test_a_hanging_answer_times_out(stage, monkeypatch):
    """The client gives up; the server goes on."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # prawcore's back-off is on the wall
    monkeypatch.setitem(prawcore.sessions.Session.request.__kwdefaults__, "timeout", 0.3)
    reddit = stage.praw()
    stage.fault(kind="timeout", endpoint="comments")
    with pytest.raises(prawcore.exceptions.RequestException):
        next(reddit.subreddit("wallstreetbets").comments())
    assert stage.status()["read"] == 0
    stage.fault_off()
    assert next(reddit.subreddit("wallstreetbets").comments())
