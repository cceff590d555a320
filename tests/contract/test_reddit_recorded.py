"""The sandbox's answers against those recorded from Reddit; some of these are from 2016.

Since then fields have come and none of these has gone, so an old answer's fields must be there;
answers of 2023 and 2026 must have the very same fields.
"""

from collections import Counter
from pathlib import Path

import pytest

from sandbox.reddit.datafile import read_things
from sandbox.reddit.thing import RecordedThing
from tests.support.reddit_builders import START, comment
from tests.support.reddit_server import USER_AGENT, all_of, exchanges, in_all, staged, types_of

HOURS = 6
# what says that a thing lost its author, or was edited, was not caught in the recordings
RARER_TYPES = {"distinguished": {"str"}, "edited": {"float"}, "collapsed_reason": {"str"}}
LISTING_2016 = {"modhash", "children", "after", "before"}


def gone(start):
    """Return comments without replies that are gone by then: whoever read the file saw none."""
    at = start + 5 * 3600
    return [
        RecordedThing(
            comment(id_, at - START, post="gone", changes=[(at + 600, f"[{id_}]", None, False)])
        )
        for id_ in ("deleted", "removed")
    ]


@pytest.fixture(scope="module")
def recorded(real_data):
    def of(name, pattern="*"):
        return exchanges(real_data / "reddit_api" / name, pattern)

    return of


@pytest.fixture(scope="module")
def server(real_data, tmp_path_factory):
    things = read_things(real_data / "wsb_weekday_2020-12-08.ndjson.gz")
    with staged(tmp_path_factory.mktemp("reddit"), things + gone(things[0].created)) as stage:
        yield stage


@pytest.fixture
def stage(server):
    server.at(HOURS * 3600)
    return server


@pytest.fixture
def client(stage):
    with stage.client() as client:
        yield client


@pytest.fixture
def comments(client):
    return client.get("/r/wallstreetbets/comments", params={"limit": 100})


@pytest.fixture
def posts(client):
    return client.get("/r/wallstreetbets/new/", params={"limit": 100})


def busiest_thread(stage):
    threads = Counter(
        thing.post
        for thing in stage.world.things.values()
        if thing.is_comment and thing.created < stage.clock.now()
    )
    return threads.most_common(1)[0][0]


def assert_same_types(ours, theirs):
    for name in ours.keys() & theirs.keys():
        assert ours[name] <= theirs[name] | RARER_TYPES.get(name, set()), name


def test_a_comment_listing_is_that_of_2023(recorded, comments):
    """The same fields, not one more, of the same types."""
    first, _ = recorded("TestSubredditStreams.test_comments__with_continue_after_id", LISTING)
    answer = comments.json()
    assert answer["data"].keys() == first.json["data"].keys()
    live = [data for data in all_of("t1", answer) if data["author"] != "[deleted]"]
    ours, theirs = types_of(live), types_of(all_of("t1", first.json))
    assert ours.keys() == theirs.keys()
    assert_same_types(ours, theirs)


LISTING = "comment_listing"


def test_a_post_listing_is_that_of_2026(recorded, posts):
    """All fields that every post has, and none that no post has."""
    (listing,) = recorded("TestSubmission.test_hide_multiple_in_batches", "submission_listing")
    answer, recorded_posts = posts.json(), all_of("t3", listing.json)
    assert answer["data"].keys() == listing.json["data"].keys()
    live = [data for data in all_of("t3", answer) if data["author"] != "[deleted]"]
    ours, theirs = types_of(live), types_of(recorded_posts)
    assert in_all(recorded_posts) <= in_all(live)
    assert ours.keys() <= theirs.keys()
    assert_same_types(ours, theirs)


def test_the_quotas_headers_are_those_recorded(recorded, comments):
    """Three of them: one with a fraction, two without."""
    for name, pattern in (
        ("TestSubredditStreams.test_comments__with_continue_after_id", LISTING),
        ("TestSubmission.test_hide_multiple_in_batches", "submission_listing"),
    ):
        headers = recorded(name, pattern)[0].headers
        for header in ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset"):
            ours, theirs = comments.headers[header], headers[header]
            assert ("." in ours) == ("." in theirs), header
            assert float(ours) >= 0
        assert comments.headers["content-type"] == headers["content-type"]


def test_every_request_uses_one_of_the_quota(recorded, client):
    """As it did between two recorded pages."""
    pages = recorded("TestSubredditStreams.test_comments__with_continue_after_id", LISTING)
    theirs = [float(page.headers["x-ratelimit-remaining"]) for page in pages]
    answers = [client.get("/api/info", params={"id": "t1_none"}) for _ in range(2)]
    ours = [float(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert ours[0] - ours[1] == theirs[0] - theirs[1] == 1


def test_before_gives_only_newer_things(recorded, client, comments):
    """The recorded page names no neighbours, and neither does ours."""
    first, second = recorded("TestSubredditStreams.test_comments__with_continue_after_id", LISTING)
    anchor = second.url.params["before"]
    theirs = [data["name"] for data in all_of("t1", first.json)]
    assert anchor not in [data["name"] for data in all_of("t1", second.json)]
    names = [data["name"] for data in all_of("t1", comments.json())]
    assert len(theirs) == len(names) == 100
    params = {"before": names[10], "limit": 100}
    page = client.get("/r/wallstreetbets/comments", params=params).json()["data"]
    assert [child["data"]["name"] for child in page["children"]] == names[:10]
    assert (page["after"], page["before"]) == (None, None)
    assert (page["after"], page["before"]) == tuple(
        second.json["data"][name] for name in ("after", "before")
    )


def test_after_is_the_last_name_of_a_full_page(recorded, comments):
    """The next page begins below it."""
    first, _ = recorded("TestSubredditStreams.test_comments__with_continue_after_id", LISTING)
    for answer in (first.json, comments.json()):
        assert answer["data"]["after"] == answer["data"]["children"][-1]["data"]["name"]
        assert answer["data"]["dist"] == len(answer["data"]["children"])


def test_old_post_pages_are_pages_of_ours(recorded, client, posts):
    """2016: the fields are all still there, and paging by `before` was the same."""
    first, second = recorded("TestSubredditStreams.test_submissions", "submission_listing")
    assert first.json["data"].keys() <= posts.json()["data"].keys()
    assert in_all(all_of("t3", first.json)) <= in_all(all_of("t3", posts.json()))
    assert second.url.params["before"] == all_of("t3", first.json)[0]["name"]
    newest = all_of("t3", posts.json())[0]["name"]
    page = client.get("/r/wallstreetbets/new", params={"before": newest, "limit": 100}).json()
    assert all_of("t3", page) == []
    assert second.json["data"]["before"] is page["data"]["before"] is None


def test_before_a_deleted_anchor_is_an_empty_page(recorded, stage, client):
    """No error, no hint, as recorded in 2017."""
    _, empty, after = recorded("TestSubredditStreams.test_comments__with_pause", LISTING)
    assert empty.json["data"]["children"] == []
    assert all_of("t1", after.json) != []
    deleted = stage.world.things["t1_deleted"]
    params = {"before": deleted.fullname, "limit": 100}
    answer = client.get("/r/wallstreetbets/comments", params=params)
    assert answer.status_code == empty.status == 200
    ours = answer.json()["data"]
    assert {name: ours[name] for name in LISTING_2016} == {
        name: empty.json["data"][name] for name in LISTING_2016
    }


def test_info_answers_what_it_knows_in_the_order_asked(recorded, stage, client):
    """Up to a hundred names of comments and posts in one request."""
    pages = recorded("TestReddit.test_info", "api_info")
    for page in pages:
        asked = page.url.params["id"].split(",")
        assert len(asked) <= 100
        answered = [child["data"]["name"] for child in page.json["data"]["children"]]
        assert answered == [name for name in asked if name in set(answered)]
    names = list(stage.world.things)[:60]
    asked = [*names[::-1], "t1_none", "t3_none"]
    answer = client.get("/api/info/", params={"id": ",".join(asked)}).json()
    answered = [child["data"]["name"] for child in answer["data"]["children"]]
    assert answered == [name for name in asked if not name.endswith("none")]
    for kind in ("t1", "t3"):
        theirs = [data for page in pages for data in all_of(kind, page.json)]
        assert in_all(theirs) <= in_all(all_of(kind, answer))


def test_a_deleted_comment_answers_by_name_but_not_in_its_thread(recorded, stage, client):
    """Author and body are "[deleted]"; its thread does not show it."""
    (info,) = recorded("TestComment.test_refresh__deleted_comment", "api_info")
    (tree,) = recorded("TestComment.test_refresh__deleted_comment", "comment_tree")
    (theirs,) = all_of("t1", info.json)
    assert all_of("t1", tree.json) == []
    deleted = stage.world.things["t1_deleted"]
    (ours,) = all_of("t1", client.get("/api/info", params={"id": deleted.fullname}).json())
    for name in ("author", "body", "body_html", "replies", "score_hidden", "author_flair_text"):
        assert ours[name] == theirs[name], name
    post, id_ = deleted.post[3:], deleted.fullname[3:]
    answer = client.get(f"/comments/{post}/_/{id_}", params={"context": 100})
    assert [listing["data"].keys() >= LISTING_2016 for listing in answer.json()] == [True, True]
    assert all_of("t1", answer.json()) == []


def test_a_removed_comment_answers_by_name_but_not_in_its_thread(recorded, stage, client):
    """In 2017 its text could still be read by name; since then it is "[removed]"."""
    (info,) = recorded("TestComment.test_refresh__removed_comment", "api_info")
    (tree,) = recorded("TestComment.test_refresh__removed_comment", "comment_tree")
    (theirs,) = all_of("t1", info.json)
    assert theirs["name"] not in [data["name"] for data in all_of("t1", tree.json)]
    removed = stage.world.things["t1_removed"]
    (ours,) = all_of("t1", client.get("/api/info", params={"id": removed.fullname}).json())
    assert (ours["author"], ours["body"]) == ("[deleted]", "[removed]")
    assert theirs.keys() <= ours.keys()
    path = f"/comments/{removed.post[3:]}/_/{removed.fullname[3:]}"
    answer = client.get(path, params={"context": 100}).json()
    assert removed.fullname not in [data["name"] for data in all_of("t1", answer)]


def test_a_thread_has_the_recorded_form(recorded, stage, client):
    """A post, a tree, and `more` for what is left out."""
    (tree,) = recorded("TestComment.test_refresh__removed_comment", "comment_tree")
    old = recorded("TestCommentForest.test_replace__all", "comment_tree")
    busiest = busiest_thread(stage)
    answer = client.get(f"/comments/{busiest[3:]}/", params={"limit": 20, "sort": "new"})
    post, listing = answer.json()
    assert [len(all_of("t3", part)) for part in (post, listing)] == [1, 0]
    assert len(all_of("t1", listing)) == 20
    ours, theirs = all_of("more", listing), all_of("more", tree.json)
    assert types_of(ours) == types_of(theirs)
    for datas in (ours, theirs, *(all_of("more", page.json) for page in old)):
        for data in datas:
            assert data["name"] == f"t1_{data['id']}"
            assert data["count"] >= len(data["children"])
            assert data["id"] == (data["children"] or ["_"])[0]
    listings = [all_of("t1", tree.json), *(all_of("t1", page.json) for page in old)]
    assert all(in_all(datas) <= in_all(all_of("t1", listing)) for datas in listings)
    assert {type(data["replies"]) for data in all_of("t1", listing)} <= {str, dict}
    assert {data["depth"] for data in theirs} >= {1, 2}


def test_more_children_have_the_recorded_form(recorded, stage, client):
    """A flat list: parents first, replies empty."""
    old = recorded("TestCommentForest.test_replace__all", "morechildren")
    busiest = busiest_thread(stage)
    page = client.get(f"/comments/{busiest[3:]}/", params={"limit": 5, "sort": "new"})
    asked = [data for data in all_of("more", page.json()) if data["children"]]
    forms = [
        {
            "link_id": busiest,
            "children": ",".join(data["children"]),
            "sort": "new",
            "api_type": "json",
        }
        for data in asked
    ]
    answers = [client.post("/api/morechildren/", data=form).json() for form in forms]
    assert answers
    for answer in (*answers, *(exchange.json for exchange in old)):
        assert answer.keys() == {"json"}
        assert answer["json"].keys() == {"errors", "data"}
        assert answer["json"]["errors"] == []
        things = answer["json"]["data"]["things"]
        names = [thing["data"]["name"] for thing in things]
        for place, thing in enumerate(things):
            parent = thing["data"]["parent_id"]
            assert parent not in names or names.index(parent) < place
            assert thing["kind"] == "more" or thing["data"]["replies"] == ""
    assert in_all(all_of("t1", old[0].json)) <= in_all(all_of("t1", answers[0]))


def test_a_token_is_granted_as_recorded(recorded, stage):
    """For a day, to a client alone."""
    name = "TestSubredditStreams.test_comments__with_continue_after_id"
    (token,) = recorded(name, "access_token")
    answer = stage.ask_token()
    assert answer.json().keys() == token.json.keys()
    for name in ("token_type", "expires_in", "scope"):
        assert answer.json()[name] == token.json[name]
    assert answer.headers["content-type"] == token.headers["content-type"]


def test_out_of_quota_is_answered_as_recorded(recorded, stage, client):
    """HTML, a retry-after in whole seconds, no word of the quota."""
    _, theirs = recorded("TestSession.test_request__too__many_requests__with_retry_headers")
    stage.fault(kind="429", count=1)
    ours = client.get("/r/wallstreetbets/new")
    assert ours.status_code == theirs.status == 429
    assert ours.headers["content-type"] == theirs.headers["content-type"]
    assert ours.headers["retry-after"].isdecimal()
    assert theirs.headers["retry-after"].isdecimal()
    for headers in (ours.headers, theirs.headers):
        assert not [name for name in headers if name.startswith("x-ratelimit")]
    for text in (ours.text, theirs.text):
        assert "<h1>whoa there, pardner!</h1>" in text


def test_a_client_without_a_name_is_refused_a_token_as_recorded(recorded, stage):
    """In JSON, without a retry-after."""
    (theirs,) = recorded("TestSession.test_request__too__many_requests__without_retry_headers")
    ours = stage.ask_token(user_agent="")
    assert ours.status_code == theirs.status == 429
    assert ours.json() == theirs.json
    assert "retry-after" not in ours.headers
    assert "retry-after" not in theirs.headers
    assert stage.ask_token(user_agent=USER_AGENT).status_code == 200


def test_every_recording_is_used(real_data):
    """A new one needs a test of its own."""
    folders = {path.name for path in (real_data / "reddit_api").iterdir() if path.is_dir()}
    text = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in folders if f'"{name}"' not in text} == set()
