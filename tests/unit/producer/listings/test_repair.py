"""Gaps are repaired through the threads that may hold what they lack, within 300 requests."""

from math import inf

import orjson
import pytest

from producer.gap import Gap
from producer.job import Purpose
from producer.listings.cursor import Cursor
from producer.listings.listing import Listing
from producer.listings.repair import Activity, Post, Repair, Turn, threads_to_read
from producer.reddit.batch import read
from producer.reddit.client import more_in, thread_in
from producer.reddit.question import Answer, Info, ListingPage, More, Thread
from sandbox.reddit.forest import Order
from sandbox.reddit.render import Renderer
from sandbox.reddit.thread import Threads
from tests.support import reddit_builders as builders
from tests.support.listing_answers import START, comment, give, post

FROM, TO = START - 600, START - 200
DAY = 86_400.0


class WhatIsKnown:
    def __init__(self, activity=None, unknown_posts=(), since=FROM):
        self._since = since
        self._activity = activity or {}
        self._unknown = list(unknown_posts)

    def activity(self, since):
        assert since == self._since - DAY
        return self._activity

    def unknown_posts(self, since):
        assert since == FROM
        return self._unknown


def repair(known=None, *, name="comments", late_only=False, turn=None):
    gap = Gap("gap_1", name, START, FROM, TO, late_only=late_only)
    cursor = Cursor(name, ("t1_c1",), START, START - 24, (gap,))
    return Repair([Listing("wsb", name, cursor)], known or WhatIsKnown(), turn or Turn())


def thread(post_number, *ages):
    """Return what a thread's page shows: the post, and comments of these ages."""
    numbers = (1000 * post_number + place for place, _ in enumerate(ages))
    return [
        post(post_number, FROM - 100),
        *(
            comment(n, START - age, link_id=f"t3_p{post_number}")
            for n, age in zip(numbers, ages, strict=False)
        ),
    ]


def posts(*counts, created_at=FROM - 100):
    return [post(number, created_at, num_comments=count) for number, count in enumerate(counts)]


def asked(job, items, **answer):
    """Let it ask, and take an answer; returns the question and what was closed."""
    request = job.ask(START)
    return request.question, give(job, items, now=START, request=request, **answer)


def test_a_repair_asks_for_the_posts_first_and_then_for_the_threads_that_lack_most():
    known = {"t3_p0": Activity(40, START), "t3_p1": Activity(10, FROM - DAY)}
    known["t3_p9"] = Activity(2, START - 700)
    job = repair(WhatIsKnown(known))
    assert (job.due_at(START), job.purpose) == (-inf, Purpose.REPAIR)
    assert asked(job, posts(50, 100, 0)) == (ListingPage("wsb", "new", None), [])
    assert asked(job, [post(9, FROM - 500, num_comments=5)]) == (Info(("t3_p9",)), [])
    questions = []
    closed = []
    while not closed:
        question, closed = asked(job, thread(1, 650))
        questions.append(question)
    assert questions == [Thread("wsb", f"t3_p{n}") for n in (1, 0, 9)]
    assert [(gap.id, gap.status) for gap in closed] == [("gap_1", "repaired")]
    assert job.due_at(START) == inf


def test_what_is_behind_more_is_read_by_a_hundred_in_reddits_order():
    job = repair()
    asked(job, posts(500))
    more = tuple(f"t1_m{n}" for n in range(250))
    assert asked(job, thread(0, 100), more=more)[0] == Thread("wsb", "t3_p0")
    left = ("t1_m60", "t1_m80")  # Reddit showed a hundred, replies among them
    question, _ = asked(job, thread(0, 300), more=left)
    assert question == More("t3_p0", more[:100])
    question, _ = asked(job, thread(0, 400))
    assert question == More("t3_p0", (*left, *more[100:198]))
    question, closed = asked(job, thread(0, 500))
    assert question == More("t3_p0", more[198:])
    assert [gap.status for gap in closed] == ["repaired"]


def test_a_thread_is_read_until_three_answers_in_a_row_are_older_than_the_gap():
    """Replies to older comments stand behind them."""
    job = repair()
    asked(job, posts(5000))
    more = tuple(f"t1_m{n}" for n in range(2000))
    ages = [100, 590, 700, 700, 400, 700, 605, 606]
    for age in ages:
        _, closed = asked(job, thread(0, age), more=more if age == 100 else ())
        assert closed == []
    question, closed = asked(job, thread(0, 700))
    assert isinstance(question, More)
    assert [gap.status for gap in closed] == []
    for age in (700,):
        _, closed = asked(job, thread(0, age))
    assert [gap.status for gap in closed] == ["repaired"]


def test_three_hundred_requests_are_the_most_for_a_gap_which_is_then_partial():
    job = repair()
    count = 1
    asked(job, posts(*range(400, 0, -1)), after=None)
    closed = []
    while not closed:
        question, closed = asked(job, thread(1, 300))
        assert question == Thread("wsb", f"t3_p{count - 1}")
        count += 1
    assert (count, closed[0].status) == (300, "partial")


def test_a_gap_that_lacks_only_late_things_takes_forty_requests_and_no_more():
    job = repair(late_only=True)
    asked(job, posts(*[9] * 100))
    questions = []
    closed = []
    while not closed:
        question, closed = asked(job, thread(1, 300), more=("t1_m1",))
        questions.append(question)
    assert len(questions) == 39
    assert {type(question) for question in questions} == {Thread}
    assert closed[0].status == "partial"


@pytest.mark.parametrize(
    ("ages", "more", "status"),
    [
        ((300, 601), ("t1_m1",), "repaired"),
        ((300, 600), ("t1_m1",), "partial"),
        ((300, 599), (), "repaired"),
        ((), ("t1_m1",), "partial"),
    ],
)
def test_a_gap_that_lacks_only_late_things_is_repaired_if_the_page_reached_down_to_it(
    ages, more, status
):
    """Nothing behind `more` is asked for, so what the page did not show may be missing still."""
    job = repair(late_only=True)
    asked(job, posts(9))
    question, closed = asked(job, thread(0, *ages), more=more)
    assert question == Thread("wsb", "t3_p0")
    assert [gap.status for gap in closed] == [status]


def test_an_answer_that_never_comes_leaves_a_gap_partial():
    """It is asked for three times, after all the others."""
    job = repair()
    asked(job, posts(20, 10))
    order = []
    closed = []
    while not closed:
        request = job.ask(START)
        order.append(getattr(request.question, "post_id", "new"))
        if request.question == Thread("wsb", "t3_p0"):
            job.fail(request, START)
        else:
            closed = give(job, thread(1, 300), now=START, request=request)
    assert order == ["t3_p0", "t3_p1", "t3_p0", "t3_p0", "new"]
    assert closed[0].status == "partial"


@pytest.mark.parametrize("stage", ["posts", "thread"])
def test_an_answer_with_nothing_in_it_is_asked_for_again(stage):
    job = repair()
    if stage == "thread":
        asked(job, posts(20))
    first, _ = asked(job, [])
    again, _ = asked(job, posts(20) if stage == "posts" else thread(0, 300))
    assert first == again


def test_two_requests_are_in_flight_and_the_last_one_closes_the_gap():
    job = repair()
    asked(job, posts(20, 10, 5))
    one, two = job.ask(START), job.ask(START)
    assert job.due_at(START) == inf
    assert give(job, thread(0, 300), now=START, request=two) == []
    assert job.due_at(START) == START
    three = job.ask(START)
    assert give(job, thread(2, 300), now=START, request=three) == []
    assert job.due_at(START) == inf
    (gap,) = give(job, thread(1, 300), now=START, request=one)
    assert gap.status == "repaired"


def test_one_request_for_what_is_behind_more_goes_at_a_time_in_all_repairs():
    """Reddit refuses a second one; other questions go on meanwhile."""
    turn = Turn()
    job, other = repair(turn=turn), repair(turn=turn)
    more = tuple(f"t1_m{n}" for n in range(150))
    for each in (job, other):
        asked(each, posts(500, 400, 300))
        assert asked(each, thread(0, 100), more=more)[0] == Thread("wsb", "t3_p0")
    first = job.ask(START)
    assert first.question == More("t3_p0", more[:100])
    second = job.ask(START)
    assert second.question == Thread("wsb", "t3_p1")
    assert give(job, thread(1, 100), now=START, request=second, more=("t1_n1",)) == []
    assert job.ask(START).question == Thread("wsb", "t3_p2")
    assert [asked(other, thread(n, 300))[0] for n in (1, 2)] == [
        Thread("wsb", f"t3_p{n}") for n in (1, 2)
    ]
    assert (job.due_at(START), other.due_at(START)) == (inf, inf)
    job.fail(first, START)
    assert other.due_at(START) == START
    assert other.ask(START).question == More("t3_p0", more[:100])
    assert job.due_at(START) == inf


def test_where_a_thread_goes_on_deeper_is_read_after_all_threads():
    """Reddit's `continue this thread`: a page of its own, asked for once."""
    job = repair()
    asked(job, posts(500, 400))
    asked(job, thread(0, 650), deeper=("t1_c9", "t1_c8"))
    assert asked(job, thread(1, 650), deeper=("t1_c9",)) == (Thread("wsb", "t3_p1"), [])
    question, closed = asked(job, thread(0, 300), more=("t1_m1",), deeper=("t1_d9",))
    assert (question, closed) == (Thread("wsb", "t3_p0", "t1_c9"), [])
    assert asked(job, thread(0, 300)) == (More("t3_p0", ("t1_m1",)), [])
    assert asked(job, thread(0, 300)) == (Thread("wsb", "t3_p0", "t1_c8"), [])
    question, closed = asked(job, thread(0, 300))
    assert question == Thread("wsb", "t3_p0", "t1_d9")
    assert [gap.status for gap in closed] == ["repaired"]


def test_a_gap_whose_threads_go_on_deeper_than_requests_allow_is_partial():
    job = repair(late_only=True)
    asked(job, posts(9))
    asked(job, thread(0, 650), deeper=tuple(f"t1_d{n}" for n in range(39)))
    closed = []
    while not closed:
        question, closed = asked(job, thread(0, 650))
    assert question == Thread("wsb", "t3_p0", "t1_d37")
    assert closed[0].status == "partial"


def test_every_comment_of_a_thread_is_found_whatever_its_shape():
    """Against the replay: thirty deep, wider than a page, with chains behind `more`."""
    records = [builders.post(num_comments=700)]
    for deep in range(30):
        parent = f"t1_d{deep - 1}" if deep else None
        records.append(builders.comment(f"d{deep}", deep, parent=parent))
    records += [builders.comment(f"w{wide}", 100 + wide) for wide in range(600)]
    for deep in range(25):
        parent = f"t1_e{deep - 1}" if deep else "t1_w3"
        records.append(builders.comment(f"e{deep}", 800 + deep, parent=parent))
    now = builders.START + 1000
    place = builders.world(*records)
    threads = Threads(place, Renderer(place))
    gap = Gap("gap_1", "comments", now, builders.START, now)
    cursor = Cursor("comments", ("t1_c1",), now, now, (gap,))
    job = Repair([Listing("wsb", "comments", cursor)], WhatIsKnown(since=gap.from_at), Turn())
    found, closed = set(), []
    post_item = records[0]["data"] | {"score": 1, "num_comments": 700}
    while not closed:
        request = job.ask(now)
        match request.question:
            case Thread(_, _, comment_id):
                focus = comment_id and comment_id.removeprefix("t1_")
                body, _ = threads.page("p0", focus, 0, 500, Order("new", now))
                answer = thread_in(orjson.loads(body))
            case More(post_id, children):
                names = [each.removeprefix("t1_") for each in children]
                answer = more_in(orjson.loads(threads.more(post_id, names, Order("new", now))[0]))
            case _:
                answer = Answer([post_item])
        batch, _ = read(answer)
        found |= set(batch.ids)
        closed = job.take(request, batch, answer, now)
    assert found == {record["data"]["name"] for record in records}
    assert closed[0].status == "repaired"


def test_what_was_found_is_counted_and_kept_over_a_restart():
    job = repair()
    asked(job, posts(20))
    assert [job.hid(at) for at in (FROM - 1, FROM, TO, TO + 1)] == [False, True, True, False]
    job.found(7)
    (listing,) = job._listings.values()
    assert listing.cursor.gaps[0].recovered == 7
    again = Repair([Listing("wsb", "comments", listing.cursor)], WhatIsKnown(), Turn())
    asked(again, posts(20))
    request = again.ask(START)
    again.found(2)
    (gap,) = give(again, thread(0, 300), now=START, request=request)
    assert (gap.id, gap.recovered, gap.from_at, gap.to_at) == ("gap_1", 9, FROM, TO)
    assert listing.cursor.gaps != ()


def test_posts_come_back_by_the_comments_below_them_and_their_gap_stays_partial():
    unknown = [f"t3_u{n}" for n in range(150)]
    job = repair(WhatIsKnown(unknown_posts=unknown), name="new")
    assert asked(job, posts(1)) == (Info(tuple(unknown[:100])), [])
    question, closed = asked(job, posts(1))
    assert question == Info(tuple(unknown[100:]))
    assert [(gap.listing, gap.status) for gap in closed] == [("new", "partial")]


def test_a_gap_of_posts_without_such_comments_is_closed_by_one_request():
    job = repair(name="new")
    question, closed = asked(job, posts(1))
    assert question == ListingPage("wsb", "new", None)
    assert closed[0].status == "partial"


def test_posts_are_looked_for_until_a_day_before_the_gap_or_ten_pages():
    job = repair()
    asked(job, posts(1), after="t3_p0")
    assert asked(job, posts(1), after="t3_p1")[0].after == "t3_p0"
    assert asked(job, posts(1, created_at=FROM - DAY - 1), after="t3_p2")[0].after == "t3_p1"
    assert isinstance(asked(job, thread(0, 300))[0], Thread)
    job = repair()
    pages = 0
    while isinstance(asked(job, posts(1), after="t3_p0")[0], ListingPage):
        pages += 1
    assert pages == 10


def test_threads_worth_reading_are_those_that_lack_comments_or_were_active_then():
    gap = Gap("gap_1", "comments", START, FROM, TO)
    listed = {
        "t3_lacks": Post(FROM - DAY, 30),
        "t3_quiet": Post(FROM - DAY, 5),
        "t3_young": Post(TO - 1, 0),
        "t3_later": Post(TO + 1, 50),
        "t3_active": Post(FROM - DAY, 5),
    }
    known = {
        "t3_quiet": Activity(5, FROM - 3601),
        "t3_active": Activity(5, FROM - 3600),
        "t3_unlisted": Activity(3, TO),
    }
    assert threads_to_read(gap, listed, known) == [
        "t3_lacks",
        "t3_unlisted",
        "t3_young",
        "t3_active",
    ]


def test_a_repair_waits_until_the_gap_has_stopped_growing():
    listing = Listing("wsb", "comments", Cursor("comments", (), START, FROM))
    job = Repair([listing], WhatIsKnown(), Turn())
    assert job.due_at(START) == inf
    listing.hole(TO, START)
    assert job.due_at(START) == START + 60
    assert job.ask(START + 60).question == ListingPage("wsb", "new", None)
