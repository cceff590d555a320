"""What is asked of Reddit, and what is read of its answers, whatever form they have."""

import pytest

from producer.errors import ForbiddenError, GarbledError, TokenExpiredError
from producer.reddit.client import PrawReddit, listing_in, more_in, thread_in
from producer.reddit.credentials import Credentials
from producer.reddit.question import Answer, Info, ListingPage, More, Thread
from producer.settings import RedditSettings


def listing(*children, after=None):
    return {"kind": "Listing", "data": {"children": list(children), "after": after}}


def said(name, *replies, **fields):
    """Return a comment as a comment page shows it."""
    data = {"name": f"t1_{name}", "replies": listing(*replies) if replies else "", **fields}
    return {"kind": "t1", "data": data}


def more(*names):
    return {"kind": "more", "data": {"name": "t1__", "children": list(names), "count": len(names)}}


POST = {"kind": "t3", "data": {"name": "t3_p"}}


def test_a_thread_is_read_from_the_top_down_with_what_stands_behind_its_more():
    tree = listing(
        said("a", said("b", said("c"), more("d", "e")), more("f")), said("g", body="x"), more("h")
    )
    answer = thread_in([listing(POST), tree])
    assert [item["name"] for item in answer.items] == ["t3_p", "t1_a", "t1_b", "t1_c", "t1_g"]
    assert answer.more == ("t1_d", "t1_e", "t1_f", "t1_h")
    assert answer.after is None
    assert answer.items[-1] == {"name": "t1_g", "body": "x"}  # without its replies


def test_a_thread_of_any_depth_is_read():
    """No recursion: a chain of ten thousand replies is a loop like any other."""
    chain = said("0")
    for number in range(1, 10_000):
        chain = said(str(number), chain)
    answer = thread_in([listing(POST), listing(chain)])
    assert len(answer.items) == 10_001
    assert answer.items[-1]["name"] == "t1_0"


def continued(parent):
    """Return Reddit's `continue this thread`: no children, and an id that is nobody's."""
    data = {"id": "_", "name": "t1__", "count": 0, "children": [], "parent_id": parent}
    return {"kind": "more", "data": data}


def test_a_thread_that_goes_on_deeper_names_the_comment_it_goes_on_below():
    odd = [continued(None), continued("t3_p"), {"kind": "more", "data": {}}, more()]
    answer = thread_in([listing(POST), listing(said("a", continued("t1_a")), *odd)])
    assert answer == Answer([{"name": "t3_p"}, {"name": "t1_a"}], deeper=("t1_a",))


def test_what_stood_behind_a_more_is_read():
    things = [said("a", parent_id="t3_p"), said("b", parent_id="t1_a"), more("c", "c", 7, "")]
    things.append(continued("t1_b"))
    answer = more_in({"json": {"errors": [], "data": {"things": things}}})
    assert [item["name"] for item in answer.items] == ["t1_a", "t1_b"]
    assert (answer.more, answer.deeper) == (("t1_c",), ("t1_b",))


def test_a_listing_keeps_what_it_cannot_read():
    """Whoever reads the items says which are malformed."""
    answer = listing_in(listing(POST, "odd", {"kind": "t3"}, after="t3_p"))
    assert answer == Answer([{"name": "t3_p"}, "odd", None], "t3_p")
    assert listing_in(listing(after=7)).after is None


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (listing_in, None),
        (listing_in, []),
        (listing_in, {"data": []}),
        (listing_in, {"data": {"children": {}}}),
        (thread_in, {}),
        (thread_in, [listing(POST)]),
        (thread_in, [listing(POST), {"data": {}}]),
        (thread_in, [listing(POST), "x"]),
        (thread_in, [listing(POST), listing({"data": {"replies": {"data": None}}})]),
        (more_in, {}),
        (more_in, {"json": {"errors": [["TOO_BIG"]]}}),
        (more_in, {"json": {"data": {"things": None}}}),
    ],
)
def test_an_answer_of_another_form_is_garbled(read, answer):
    with pytest.raises(GarbledError):
        read(answer)


class FakePraw:
    """Notes what is asked, and answers or raises what a test plans."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.forgotten = 0

    def request(self, **request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def forget_token(self):
        self.forgotten += 1


def client(*answers):
    settings = RedditSettings.from_environment({})
    made = PrawReddit(settings, Credentials("id", "hush", "a test of wsb"), None, lambda: 0.0)
    made._reddit = FakePraw(*answers)
    return made, made._reddit


EMPTY_MORE = {"json": {"data": {"things": []}}}


@pytest.mark.parametrize(
    ("question", "answer", "request_made"),
    [
        (
            ListingPage("stocks", "comments", None),
            listing(),
            {"method": "GET", "path": "r/stocks/comments", "params": {"limit": 100}},
        ),
        (
            ListingPage("stocks", "new", "t3_a"),
            listing(),
            {"method": "GET", "path": "r/stocks/new", "params": {"limit": 100, "after": "t3_a"}},
        ),
        (
            Info(("t1_a", "t3_b")),
            listing(),
            {"method": "GET", "path": "api/info/", "params": {"id": "t1_a,t3_b"}},
        ),
        (
            Thread("stocks", "t3_b"),
            [listing(POST), listing()],
            {
                "method": "GET",
                "path": "r/stocks/comments/b",
                "params": {"sort": "new", "limit": 500},
            },
        ),
        (
            Thread("stocks", "t3_b", "t1_c"),
            [listing(POST), listing()],
            {
                "method": "GET",
                "path": "r/stocks/comments/b/_/c",
                "params": {"sort": "new", "limit": 500},
            },
        ),
        (
            More("t3_b", ("t1_c", "t1_d")),
            EMPTY_MORE,
            {
                "method": "POST",
                "path": "api/morechildren",
                "data": {"link_id": "t3_b", "children": "c,d", "sort": "new"},
            },
        ),
    ],
)
def test_each_question_is_one_request(question, answer, request_made):
    reddit, praw = client(answer)
    reddit.ask(question)
    assert praw.asked == [request_made]


def test_an_expired_token_is_replaced_once():
    page = ListingPage("stocks", "new", None)
    reddit, praw = client(TokenExpiredError("old"), listing(POST))
    assert reddit.ask(page).items == [{"name": "t3_p"}]
    assert praw.forgotten == 1
    reddit, praw = client(TokenExpiredError("old"), TokenExpiredError("new"))
    with pytest.raises(ForbiddenError, match="just given"):
        reddit.ask(page)
    assert (praw.forgotten, len(praw.asked)) == (1, 2)
