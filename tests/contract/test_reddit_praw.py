"""Real PRAW over a real socket reads the sandbox as it reads Reddit."""

import prawcore
import pytest

from sandbox.reddit.generator.hostile import HOSTILE_TEXTS
from sandbox.reddit.realism import Realism
from sandbox.reddit.thing import RecordedThing
from tests.support.reddit_builders import START, comment, post
from tests.support.reddit_server import HOUR, NOW, live, staged

pytest_plugins = ["tests.support.reddit_fixtures"]
pytestmark = pytest.mark.usefixtures("_praw_may_ask_elsewhere")


def small(tmp_path, *records, **settings):
    return staged(tmp_path, [RecordedThing(record) for record in records], **settings)


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
