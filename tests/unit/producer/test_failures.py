"""What fails for a while, or for good: waited out, or a clear end; all else goes on."""

import itertools

import pytest

from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    RateLimitedError,
    RedditError,
    RedditUnavailableError,
    SubredditMissingError,
    UnreachableError,
)
from producer.looks.cohort import decode
from producer.looks.cohort_item import cohorts_in
from producer.state.item import Key
from tests.support.producer_fakes import START, comment, post
from tests.support.producer_world import HOUR, ProducerWorld, raiser, steady

HEAD = ("listing", "comments", None)


def test_wrong_credentials_stop_at_once():
    world = ProducerWorld()
    world.reddit.before_answer = raiser(CredentialsWrongError("no"))
    with pytest.raises(CredentialsWrongError):
        world.run(60)


def test_credentials_that_had_worked_are_tried_a_few_times_more():
    """A hiccup of Reddit's must not stop it; new credentials are read at the restart."""
    world = ProducerWorld([comment(1)])
    world.run(60)
    count = len(world.reddit.requests)
    world.reddit.before_answer = raiser(CredentialsWrongError("no"))
    with pytest.raises(CredentialsWrongError):
        world.run(600)
    assert 5 <= len(world.reddit.requests) - count <= 8  # with those in flight at the last one


def test_a_reddit_that_never_answered_stops_after_a_few_tries():
    world = ProducerWorld()
    world.reddit.before_answer = raiser(UnreachableError("refused"))
    with pytest.raises(UnreachableError):
        world.run(60)
    # two are in flight at a time, and what failed together counts once
    assert len(world.reddit.requests) in {3, 4}  # one may still be in flight


@pytest.mark.parametrize("error", [ForbiddenError("private"), SubredditMissingError("404")])
def test_a_403_or_404_stops_at_the_start_and_is_waited_out_later(error):
    world = ProducerWorld([comment(1)])
    world.reddit.before_answer = raiser(error)
    with pytest.raises(type(error)):
        world.run(60)
    world = ProducerWorld([comment(1)])
    world.run(60)
    world.reddit.before_answer = raiser(error)
    world.run(600)
    world.reddit.before_answer = lambda _request: None
    world.reddit.things["t1_c2"] = comment(2, world.clock.now())
    world.deliver(120)
    assert world.of("t1_c2")


def test_a_429_is_answered_with_silence_until_the_window_is_over():
    world = ProducerWorld(steady(100, 5.0))
    world.run(60)
    world.reddit.before_answer = raiser(RateLimitedError(200.0))
    count = len(world.reddit.requests)
    while len(world.reddit.requests) == count:
        world.producer.run_once(world.stop)
    refused_at = world.clock.time
    sent = len(world.asker.sent)
    world.run(200)
    assert len(world.asker.sent) == sent
    world.run(2)
    assert world.asker.sent[sent][0] >= refused_at + 201


def test_a_page_that_never_comes_stops_nothing_else():
    """The head goes on, the looks and full scans too; once the page comes, all of it is read."""
    world = ProducerWorld(steady(900, 4.0, begin=START - 3600))
    world.run(30 * 60)
    burst_at = world.clock.now()
    for number in range(5000, 5250):
        world.reddit.things[f"t1_c{number}"] = comment(number, burst_at + number / 5000)

    def refuse_deep_pages(request):
        kind, name, after = request
        if (kind, name) == ("listing", "comments") and after is not None:
            raise RedditUnavailableError("503")

    world.reddit.before_answer = refuse_deep_pages
    world.run(15 * 60)
    meanwhile = [request for at, request in world.reddit.requests if at > burst_at]
    heads = [at for at, request in world.reddit.requests if request == HEAD and at > burst_at]
    assert max(late - early for early, late in itertools.pairwise(heads)) < 60
    assert sum(request[0] == "info" for request in meanwhile) > 100
    assert sum(request[:2] == ("listing", "new") for request in meanwhile) > 12
    world.reddit.before_answer = lambda _request: None
    world.deliver(120)
    assert set() == set(world.reddit.things) - world.delivered()
    assert world.producer.gaps_open() == 0


def test_a_look_that_is_never_answered_stops_no_other():
    """One cohort that Reddit chokes on waits for its minute; the others have their turns."""
    old, young = comment(1), comment(2, START + 900)
    world = ProducerWorld([old, young])
    world.run(16 * 60)

    def choke(request):
        kind, ids, _ = request
        if kind == "info" and "t1_c1" in ids:
            raise RedditUnavailableError("500")

    world.reddit.before_answer = choke
    world.run(3 * HOUR)
    asked = [request[1] for _, request in world.reddit.requests if request[0] == "info"]
    assert sum("t1_c1" in ids for ids in asked[-100:]) < 70
    world.deliver()
    fixed = [record for record in world.of("t1_c2") if record["cause"] == "reread"]
    assert len(fixed) == 4  # 15, 45, 90 and 180 minutes


def test_an_outage_makes_nobody_forget_what_is_still_listed():
    """Unseen for an hour because Reddit was away is no proof that it left the listing."""
    world = ProducerWorld([comment(1)])
    world.run(37 * HOUR)
    world.reddit.before_answer = raiser(RedditUnavailableError("503"))
    world.run(2 * HOUR)
    world.reddit.before_answer = lambda _request: None
    world.deliver(HOUR)
    assert [record["cause"] for record in world.of("t1_c1")].count("new") == 1


def test_what_was_read_before_the_end_is_delivered():
    """Whatever ends it: the records that wait go out, the state is saved."""
    world = ProducerWorld([comment(1)])
    world.deliver(61)
    world.reddit.things["t1_c2"] = comment(2, world.clock.now())

    def end_after_the_next_poll(request):
        if request == HEAD:
            world.reddit.before_answer = raiser(RedditError("fatal"))

    world.reddit.before_answer = end_after_the_next_poll
    with pytest.raises(RedditError):
        world.serve()
    saved = cohorts_in(world.state.load("wallstreetbets"))
    assert "t1_c2" in {name for _, content in saved for name in decode(content).ids}
    assert set() == world.missing()


def test_a_look_answered_after_its_age_is_that_look():
    """Asked a moment before the 15 minutes, answered a moment after: it is sent, not skipped."""
    world = ProducerWorld([comment(1)])
    world.run(15 * 60 - 5)

    def take_ten_seconds(request):
        if request[0] == "info":
            world.clock.time += 10

    world.reddit.before_answer = take_ten_seconds
    world.deliver(60)
    assert [record["cause"] for record in world.of("t1_c1")] == ["new", "reread"]


def test_what_two_producers_stored_stops_nobody():
    """An id in two cohorts: the later look counts, and both go in the end."""
    world = ProducerWorld([comment(1), comment(2, START + 35 * HOUR), post(1, START + 35 * HOUR)])
    world.deliver(120)
    (twin,) = [item for item in world.state.load("wallstreetbets") if "cohort#" in item.key.name]
    world.state.put([twin._replace(key=Key("wallstreetbets", "cohort#twin"))])
    world.start()
    world.reddit.things["t1_c1"]["_hidden"] = True
    world.deliver(40 * HOUR)
    saved = dict(cohorts_in(world.state.load("wallstreetbets")))
    names = [name for content in saved.values() for name in decode(content).ids]
    assert "twin" not in saved
    assert sorted(names) == sorted(world.follower.looks.table.slot_of)
