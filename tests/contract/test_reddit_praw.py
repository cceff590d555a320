"""Real PRAW over a real socket reads the sandbox as it reads Reddit."""

import time

import prawcore
import pytest

from sandbox.reddit.generator.day import Plan, generate_day
from sandbox.reddit.generator.hostile import HOSTILE_TEXTS
from sandbox.reddit.realism import PERFECT, Realism
from sandbox.reddit.thing import RecordedThing
from tests.support.reddit_builders import START, comment, post
from tests.support.reddit_server import staged

HOUR = 3600
# a minute into a window of the quota: prawcore, which sleeps on the wall, sees no need to
NOW = HOUR + 60


@pytest.fixture(scope="module")
def day():
    return list(generate_day(Plan(seed=5, hours=2, comments_per_minute=30)))


@pytest.fixture(autouse=True)
def _praw_may_ask_elsewhere(monkeypatch):
    monkeypatch.setenv("PRAW_ALLOW_ENDPOINT_OVERRIDE", "1")
    monkeypatch.setenv("praw_check_for_updates", "False")


@pytest.fixture
def stage(tmp_path, day):
    with staged(tmp_path, day) as stage:
        stage.at(NOW)
        yield stage


@pytest.fixture
def reddit(stage):
    return stage.praw()


@pytest.fixture
def subreddit(reddit):
    return reddit.subreddit("wallstreetbets")


def small(tmp_path, *records, **settings):
    return staged(tmp_path, [RecordedThing(record) for record in records], **settings)


def live(stage, kind):
    now = stage.clock.now()
    things = stage.world.things.values()
    return [t for t in things if t.kind == kind and t.created <= now and t.state_at(now) == "live"]


def test_comments_are_read_a_thousand_deep(stage, subreddit):
    """Newest first, none twice, ten requests."""
    read = [c.fullname for c in subreddit.comments(limit=None)]
    assert len(read) == len(set(read)) == 1000
    expected = sorted(live(stage, "t1"), key=lambda t: t.created)[-1000:]
    assert set(read) - {t.fullname for t in expected[50:]} <= {t.fullname for t in expected}
    assert stage.status()["requests"] == 10


def test_a_comment_has_what_its_record_says(stage, subreddit):
    """Text, author, score, thread."""
    now = stage.clock.now()
    for shown in subreddit.comments(limit=100):
        thing = stage.world.things[shown.fullname]
        version = thing.versions[thing.version_at(now)]
        assert (shown.body, shown.author.name) == (version.text, version.author)
        assert (shown.score, shown.score_hidden) == (thing.score_at(now), thing.is_hidden(now))
        assert (shown.link_id, shown.parent_id) == (thing.post, thing.parent)
        assert shown.created_utc == thing.created


def test_posts_are_read(stage, subreddit):
    """All there are, with figures that move."""
    now = stage.clock.now()
    read = {shown.fullname: shown for shown in subreddit.new(limit=None)}
    assert read.keys() == {thing.fullname for thing in live(stage, "t3")}
    for name, shown in read.items():
        thing = stage.world.things[name]
        assert (shown.score, shown.num_comments) == (thing.score_at(now), thing.replies_at(now))


def test_a_stream_yields_everything_that_appears_once(stage, subreddit):
    """PRAW's own stream, as the clock goes on."""
    stream = subreddit.stream.comments(skip_existing=True, pause_after=0)
    assert next(stream) is None
    seen = []
    for minute in range(1, 9):
        stage.at(NOW + minute * 60)
        while (item := next(stream)) is not None:
            seen.append(item.fullname)
    since = stage.world.start_at + NOW
    expected = {t.fullname for t in live(stage, "t1") if since < t.created}
    assert len(seen) == len(set(seen))
    assert expected - set(seen) == set()


def test_info_reads_any_number_of_names(stage, reddit):
    """A hundred a request; deleted and removed things answer too."""
    now = stage.clock.now()
    things = [t for t in stage.world.things.values() if t.created <= now]
    asked = sorted(things, key=lambda t: t.state_at(now) == "live")[:350]
    names = [t.fullname for t in asked]
    assert [item.fullname for item in reddit.info(fullnames=names)] == names
    assert stage.status()["requests"] == 4
    assert {t.state_at(now) for t in asked} == {"live", "deleted", "removed"}


def test_info_leaves_things_out_now_and_then(tmp_path, day):
    """As the real one does; a later answer has them again. The ledger knows what it lacked."""
    with staged(tmp_path, day, Realism(omitted_share=0.2)) as stage:
        stage.at(NOW)
        names = [thing.fullname for thing in live(stage, "t1")][:100]
        first = {item.fullname for item in stage.praw().info(fullnames=names)}
        assert 50 < len(first) < 100
        stage.at(NOW + 1)
        second = {item.fullname for item in stage.praw().info(fullnames=names)}
        assert len(first | second) > len(first)
        answered = stage.ledger().answered
        assert {name for name in first if answered[name].lacked} == first - second
        assert {name for name in first & second if answered[name].moments[1:]} == first & second


def test_info_does_not_know_what_was_not_published(stage, reddit):
    """The future is not answered, nor what never was."""
    future = [t.fullname for t in stage.world.things.values() if t.created > stage.clock.now()]
    assert list(reddit.info(fullnames=[*future[:50], "t1_never"])) == []


def test_a_whole_thread_is_read_through_its_more(stage, reddit):
    """Every live comment of the daily thread, whatever `more` it stood in."""
    daily = next(iter(stage.world.things.values()))
    submission = reddit.submission(daily.fullname[3:])
    submission.comment_sort = "new"
    submission.comment_limit = 500
    submission.comments.replace_more(limit=None)
    read = {c.fullname for c in submission.comments.list()}
    expected = {t.fullname for t in live(stage, "t1") if t.post == daily.fullname}
    assert len(expected) > 700
    assert expected <= read
    rest = [stage.world.things[name].state_at(stage.clock.now()) for name in read - expected]
    assert "live" not in rest


def test_a_comment_refreshes_with_its_replies(stage, reddit):
    """PRAW finds it on its own page, ten ancestors up."""
    parents = {t.parent for t in live(stage, "t1")}
    thing = [t for t in live(stage, "t1") if t.fullname in parents and t.parent != t.post][-1]
    shown = reddit.comment(thing.fullname[3:])
    shown.refresh()
    assert {reply.parent_id for reply in shown.replies} == {thing.fullname}


@pytest.mark.parametrize("sort", ["new", "confidence", "old"])
def test_threads_of_any_depth_can_be_read(tmp_path, sort):
    """PRAW continues threads deeper than ten, and none is lost."""
    chain = [comment(f"c{i}", 1 + i, parent=f"t1_c{i - 1}") for i in range(1, 35)]
    wide = [comment(f"w{i}", 1 + i, parent="t1_c15") for i in range(40, 200)]
    records = [post(), comment("c0", 1), *chain, *wide]
    with small(tmp_path, *records) as stage:
        stage.at(NOW)
        submission = stage.praw().submission("p0")
        submission.comment_sort = sort
        submission.comments.replace_more(limit=None)
        read = [c.fullname for c in submission.comments.list()]
    assert sorted(read) == sorted(record["data"]["name"] for record in records[1:])


def test_the_deleted_and_the_removed_have_no_author(tmp_path):
    """PRAW shows None; the fields about an author are missing."""
    records = [
        comment("a", looks=[(10, 7)], changes=[(START + 60, "[deleted]", None, False)]),
        comment("b", changes=[(START + 60, "[removed]", "ape", False)]),
        post(changes=[(START + 60, "[removed]", "ape", False)]),
    ]
    with small(tmp_path, *records) as stage:
        stage.at(59)
        reddit = stage.praw()
        assert {c.author.name for c in reddit.subreddit("wallstreetbets").comments()} == {"ape"}
        stage.at(60)
        a, b, p = reddit.info(fullnames=["t1_a", "t1_b", "t3_p0"])
        assert list(reddit.subreddit("wallstreetbets").comments()) == []
        assert list(reddit.subreddit("wallstreetbets").new()) == []
    assert [(c.author, c.body) for c in (a, b)] == [(None, "[deleted]"), (None, "[removed]")]
    assert (p.author, p.selftext, p.removed_by_category) == (None, "[removed]", "moderator")
    assert a.score == 7
    assert not any("author_fullname" in vars(one) for one in (a, b, p))


def test_hostile_texts_arrive_unchanged(tmp_path):
    """Through JSON, HTTP and PRAW."""
    records = [comment(f"c{i}", i, body=text) for i, text in enumerate(HOSTILE_TEXTS)]
    with small(tmp_path, *records) as stage:
        stage.at(HOUR)
        read = {c.id: c.body for c in stage.praw().subreddit("wallstreetbets").comments()}
    assert read == {f"c{i}": text for i, text in enumerate(HOSTILE_TEXTS)}


def test_wrong_credentials_are_refused(stage):
    """As PRAW reports it of Reddit: a 401."""
    wrong = stage.praw(client_secret="wrong").subreddit("wallstreetbets")
    with pytest.raises(prawcore.exceptions.ResponseException, match="401"):
        next(wrong.comments())
    assert stage.status()["requests"] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"user-agent": ""}, 429), ({"authorization": ""}, 401), ({"authorization": "bearer x"}, 401)],
)
def test_who_has_no_name_or_no_token_learns_nothing(stage, headers, status):
    """Neither uses quota nor counts as a request."""
    with stage.client(**headers) as client:
        answer = client.get("/r/wallstreetbets/comments")
    assert answer.status_code == status
    assert status != 401 or 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert (stage.status()["requests"], stage.status()["read"]) == (0, 0)


def test_another_subreddit_does_not_exist(reddit):
    """Reddit redirects to its search; PRAW says so."""
    with pytest.raises(prawcore.exceptions.Redirect):
        next(reddit.subreddit("investing").comments())


def test_a_comment_page_is_found_through_its_subreddit_too(stage):
    """The same page; of another subreddit there is none."""
    daily = next(iter(stage.world.things)).partition("_")[2]
    with stage.client() as client:
        pages = [
            client.get(f"{place}/comments/{daily}", params={"sort": "new", "limit": 500})
            for place in ("", "/r/wallstreetbets")
        ]
        assert pages[0].json() == pages[1].json()
        assert client.get(f"/r/investing/comments/{daily}").status_code == 302


def test_an_unknown_post_is_not_found(reddit):
    """404."""
    with pytest.raises(prawcore.exceptions.NotFound):
        _ = reddit.submission("nothing").title


def test_an_expired_token_is_replaced_without_a_word(stage, subreddit):
    """PRAW asks for another one: after a day of the clock, or when it is made to."""
    first = [c.fullname for c in subreddit.comments(limit=5)]
    stage.fault(kind="expired_token", count=1)
    assert [c.fullname for c in subreddit.comments(limit=5)] == first
    stage.at(NOW + 25 * HOUR)
    assert len(list(subreddit.comments(limit=5))) == 5


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


def test_the_ledger_is_of_what_was_answered(stage, subreddit, reddit):
    """Read is what any answer told; expected are comments seen at the threshold, unhidden."""
    read = [c.fullname for c in subreddit.comments(limit=200)]
    told = list(reddit.info(fullnames=[t.fullname for t in live(stage, "t1")][:500]))
    ledger = stage.ledger()
    assert ledger.read == {*read, *(c.fullname for c in told)}
    now = stage.clock.now()
    high = {
        name
        for name in ledger.read
        if stage.world.things[name].score_at(now) >= 10
        and not stage.world.things[name].is_hidden(now)
    }
    assert ledger.kept_expected == high
    assert high
    assert ledger.kept_expected <= ledger.reached
    minute_ago = now - 60
    expected = {
        t.fullname for kind in ("t1", "t3") for t in live(stage, kind) if t.created <= minute_ago
    }
    assert expected <= ledger.served


def test_late_things_are_found_below_newer_ones(tmp_path, day):
    """A reader that goes down to what it knows reads everything; one percent came late."""
    realism = Realism(seed=4)
    with staged(tmp_path, day, realism) as stage:
        subreddit = stage.praw().subreddit("wallstreetbets")
        late = [t for t in day if stage.world.appears_at[t.fullname] > t.created]
        assert 0.003 < len(late) / len(day) < 0.03
        seen = {}
        for tick in range(0, HOUR // 2, 20):
            stage.at(tick)
            for shown in subreddit.comments(limit=100):
                seen.setdefault(shown.fullname, stage.clock.now())
        ledger = stage.ledger()
    assert {name for name in ledger.served if name.startswith("t1")} <= seen.keys()
    assert any(
        seen[t.fullname] - t.created > 10 for t in late if t.is_comment and t.fullname in seen
    )


def test_publishing_can_be_closed(stage, subreddit):
    """What was created later never appears; scores go on."""
    until = stage.world.start_at + HOUR / 2
    stage.post("publishing", {"until": until})
    assert max(c.created_utc for c in subreddit.comments(limit=10)) <= until
    published = stage.status()["published"]
    stage.at(2 * HOUR)
    assert stage.status()["published"] == published
